import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from '../support/drivers/command.js';
import { startTcpProxy } from '../support/fakes/tcp-proxy.js';
import { openUsher } from '../support/drivers/usher.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';

const byHand = { LETSENCRYPT_KEY: 'the-token', LETSENCRYPT_CHALLENGE: 'the-token.thumbprint' };

let other: UsherProcess;
const usher = openUsher({ environment: byHand });
beforeAll(async () => {
  other = await usher.startProcess();
});

const thumbprint = () => randomBytes(32).toString('base64url');
const newChallenge = () => {
  const token = randomBytes(32).toString('base64url');
  return { token, keyAuthorization: `${token}.${thumbprint()}` };
};

const command = (...argv: string[]) =>
  runCommand(['certificates', 'challenge', ...argv], {
    DATABASE_URL: usher.database.url,
    PORT: 'not a port',
  });

const path = (token: string) => `/.well-known/acme-challenge/${token}`;

describe('a published challenge', () => {
  it('is served by every process immediately, beside other challenges, until it is removed', async () => {
    const challenges = [newChallenge(), newChallenge(), newChallenge()];
    for (const { token, keyAuthorization } of challenges)
      expect(await command('add', token, keyAuthorization)).toEqual({
        status: 0,
        out: `Published: ${path(token)}\n`,
        err: '',
      });
    for (const api of [usher.api, other.api])
      for (const { token, keyAuthorization } of challenges) {
        const { status, text, headers } = await api.get(path(token));
        expect({ status, text }).toEqual({ status: 200, text: keyAuthorization });
        expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
      }
    const [{ token: first } = newChallenge(), { token: second } = newChallenge()] = challenges;
    expect((await command('remove', first, '--json')).out).toBe('{"removed":true}\n');
    expect((await command('remove', first)).out).toBe('There was no such challenge.\n');
    expect([(await other.api.get(path(first))).status, (await other.api.get(path(second))).status]).toEqual([
      404, 200,
    ]);
  });

  it('is served with any other headers and any number of times', async () => {
    const { token, keyAuthorization } = newChallenge();
    await command('add', token, keyAuthorization);
    const odd = {
      authorization: 'Bearer nonsense',
      cookie: 'usher_session=nonsense',
      origin: 'https://evil.example',
    };
    const answers = await Promise.all(Array.from({ length: 200 }, () => usher.api.get(path(token), odd)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set([`200 ${keyAuthorization}`]),
    );
  });

  it.each(['-', '--', '-h', '--json', '--no-'])('accepts a token that begins with %j', async (start) => {
    const token = start + newChallenge().token;
    const keyAuthorization = `${token}.${thumbprint()}`;
    expect(await command('add', token, keyAuthorization, '--json')).toEqual({
      status: 0,
      out: `{"path":"${path(token)}"}\n`,
      err: '',
    });
    expect((await usher.api.get(path(token))).text).toBe(keyAuthorization);
    expect((await command('remove', token)).out).toBe('Removed.\n');
  });

  it('expires after a day', async () => {
    const { token, keyAuthorization } = newChallenge();
    await command('add', token, keyAuthorization);
    await usher.database.sql(`UPDATE usher.acme_challenges SET expires_at = now() WHERE token = $1`, [token]);
    expect((await usher.api.get(path(token))).status).toBe(404);
    await command('add', ...Object.values(newChallenge()));
    expect(await usher.database.sql('SELECT 1 FROM usher.acme_challenges WHERE token = $1', [token])).toEqual(
      [],
    );
  });

  it('can be replaced', async () => {
    const { token, keyAuthorization } = newChallenge();
    await command('add', token, `${token}.${thumbprint()}`);
    await command('add', token, keyAuthorization);
    expect((await usher.api.get(path(token))).text).toBe(keyAuthorization);
  });

  it.each([
    ['a/b', 'x'],
    ['../../etc/passwd-and-some-more', 'x'],
    ['a.b.c.d.e.f.g.h.i.j.k.l.m.n', 'x'],
    ['ключ-от-квартиры-где-деньги', 'x'],
    ['x'.repeat(10_000), 'x'],
    ['short', 'x'],
    ['', 'x'],
    ['%2e'.repeat(20), 'x'],
  ])('refuses the token %.20j', async (token) => {
    const { status, err } = await command('add', '--', token, `${token}.${thumbprint()}`);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('This is not a token') });
    expect([400, 404, 414]).toContain((await usher.api.get(path(token))).status);
  });

  it('refuses the key authorization of another challenge', async () => {
    const [one, two] = [newChallenge(), newChallenge()];
    for (const answer of [
      two.keyAuthorization,
      one.token,
      `${one.token}.short`,
      `${one.keyAuthorization}\n`,
      '',
    ])
      expect(await command('add', one.token, answer)).toMatchObject({
        status: 2,
        err: expect.stringContaining('This is not the key authorization of this token'),
      });
    expect((await usher.api.get(path(one.token))).status).toBe(404);
  });
});

describe('the challenge from the environment', () => {
  it('is served while the database is unavailable', async () => {
    const proxy = await startTcpProxy(usher.database.url);
    const { api, close } = await usher.startBeside({ DATABASE_URL: proxy.url });
    await proxy.cut();
    const [known, unknown] = [await api.get(path('the-token')), await api.get(path(newChallenge().token))];
    await proxy.restore();
    await close();
    await proxy.cut();
    expect([known.status, known.text]).toEqual([200, 'the-token.thumbprint']);
    expect([unknown.status, unknown.body.code]).toEqual([503, 'overloaded']);
  });
});
