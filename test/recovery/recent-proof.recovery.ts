import { describe, expect, it } from '@jest/globals';
import { personWith } from '../support/builders/admins.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { lastCode, nextTotp, poolPassword, setMfa, useFactors } from '../support/builders/pool-users.js';
import { bearer, calls, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import {
  minute,
  enabled,
  removed,
  usher,
  admin,
  pass,
  outcome,
  call,
  enrol,
  verify,
  disable,
  mfa,
  audit,
  mails,
  factorsOf,
  liveFamilies,
  withApp,
  openWithFactors,
} from '../support/drivers/second-factor.js';

openWithFactors();

describe('a token of a sign-in more than ten minutes ago', () => {
  it('cannot enrol, replace or remove a factor, even after a refresh', async () => {
    const person = await personWith(usher, 'old@example.org');
    await pass(9 * minute);
    expect(outcome(await enrol(person))).toBe('200');
    await pass(2 * minute);
    const { body } = await usher.api.post('/auth/refresh', { refreshToken: person.refreshToken });
    const refreshed = { headers: bearer((body.tokens as { accessToken: string }).accessToken) };
    const sentBefore = usher.proxy.arrived.length;
    const thief = { headers: person.headers };
    await usher.database.sql('DELETE FROM usher.recent_proofs');
    expect({
      enrol: outcome(await enrol(refreshed)),
      verify: outcome(await verify(thief, '123456')),
      disable: outcome(await disable(thief)),
      empty: outcome(await disable(thief, {})),
      unknown: outcome(await enrol(thief, { passwort: 'x' })),
      sent: usher.proxy.arrived.slice(sentBefore),
    }).toEqual({
      enrol: '403 auth.reauthentication_required',
      verify: '403 auth.reauthentication_required',
      disable: '403 auth.reauthentication_required',
      empty: '403 auth.reauthentication_required',
      unknown: '422 request.invalid',
      sent: [],
    });
  });

  it('accepts the password instead, for its family, in every process, for ten minutes, and creates no session', async () => {
    const person = await personWith(usher, 'proof@example.org');
    const other = {
      headers: bearer((await signInWithTokens(usher.api, { ...person, password: poolPassword })).accessToken),
    };
    await pass(11 * minute);
    const families = await liveFamilies(person);
    expect(outcome(await enrol(person, { password: 'wrong-password-1' }))).toBe(
      '401 auth.invalid_credentials',
    );
    const revoked = calls(usher, 'RevokeToken');
    expect(outcome(await enrol(person, { password: poolPassword }))).toBe('200');
    expect(calls(usher, 'RevokeToken')).toBe(revoked + 1);
    expect(await liveFamilies(person)).toBe(families);
    const { api } = await usher.startProcess({ PORT: '0' });
    expect((await api.post('/auth/mfa/totp', undefined, person.headers)).status).toBe(200);
    expect(outcome(await enrol(other))).toBe('403 auth.reauthentication_required');
    await usher.database.sql(`UPDATE usher.recent_proofs SET proven_at = proven_at - interval '10 minutes'`);
    expect(outcome(await enrol(person))).toBe('403 auth.reauthentication_required');
  });

  it('of another user is not a proof with that user’s password', async () => {
    const person = await personWith(usher, 'victim@example.org');
    const stranger = await personWith(usher, 'stranger@example.org');
    await pass(11 * minute);
    // Cognito signs another user in under the username of the token.
    const { accessToken } = await signInWithTokens(usher.api, {
      email: stranger.email,
      password: poolPassword,
    });
    const answer = usher.proxy.calls.findLast(({ operation }) => operation === 'InitiateAuth')?.answer;
    expect(JSON.stringify(answer)).toContain(accessToken);
    usher.proxy.answerWith('InitiateAuth', (response) =>
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer)),
    );
    const refused = outcome(await enrol(person, { password: poolPassword }));
    usher.proxy.answerWith('InitiateAuth', undefined);
    expect(refused).toBe('401 auth.invalid_credentials');
  });

  it('allows five wrong passwords a minute, checked before the request to Cognito, and right ones do not count', async () => {
    const person = await personWith(usher, 'guessed@example.org');
    await pass(11 * minute);
    for (let turn = 0; turn < 6; turn++) {
      expect(outcome(await enrol(person, { password: poolPassword }))).toBe('200');
      await usher.database.sql('DELETE FROM usher.recent_proofs');
    }
    for (let turn = 0; turn < 5; turn++)
      expect(outcome(await enrol(person, { password: `wrong-${turn}` }))).toBe(
        '401 auth.invalid_credentials',
      );
    const sentBefore = usher.proxy.arrived.length;
    expect(outcome(await enrol(person, { password: poolPassword }))).toBe('429 too_many_requests');
    expect(usher.proxy.arrived.slice(sentBefore)).toEqual([]);
  });
});

describe('a proof with a second factor', () => {
  it('needs the code of the app, with or without the blank that apps show', async () => {
    const person = await withApp('app@example.org');
    await pass(15 * minute);
    await usher.database.sql('DELETE FROM usher.recent_proofs');
    const alone = await disable(person, { password: poolPassword });
    expect(outcome(alone)).toBe('403 auth.reauthentication_required');
    expect(alone.body.errors).toMatchObject([{ field: 'code' }]);
    const wrong = await disable(person, { password: poolPassword, code: '000000' });
    expect(outcome(wrong)).toBe('401 auth.invalid_credentials');
    const code = nextTotp(usher, person.secret).replace(/^(...)/, '\u00a0$1-');
    const revoked = calls(usher, 'RevokeToken');
    expect(outcome(await disable(person, { password: poolPassword, code }))).toBe('204');
    expect(calls(usher, 'RevokeToken')).toBe(revoked + 1);
  });

  it('needs a mailed code, which is sent after the right password', async () => {
    await setMfa(usher, {
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
      EmailMfaConfiguration: {},
    });
    const person = await personWith(usher, 'mailed@example.org');
    await useFactors(usher, person.email, 'EMAIL');
    expect(await mfa(person)).toEqual({
      totp: false,
      sms: false,
      email: true,
      preferred: null,
      recoveryCodesLeft: 0,
    });
    await pass(11 * minute);
    expect(outcome(await enrol(person, { password: poolPassword }))).toBe(
      '403 auth.reauthentication_required',
    );
    const code = await lastCode(usher, person.email);
    expect(outcome(await enrol(person, { password: 'wrong-password-1', code }))).toBe(
      '401 auth.invalid_credentials',
    );
    const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
    expect(outcome(await enrol(person, { password: poolPassword, code: spaced }))).toBe('200');
  });
});

describe('an administrator', () => {
  it('needs a recent proof for roles, deletion and second factors, checked after the permission', async () => {
    const person = await personWith(usher, 'target@example.org');
    const boss = await personWith(usher, 'boss@example.org', 'admin');
    const helper = await personWith(usher, 'helper@example.org', 'support');
    await pass(11 * minute);
    const path = `/admin/users/${person.id}`;
    const sentBefore = usher.proxy.arrived.length;
    const routes: [string, string, object?][] = [
      ['PUT', `${path}/roles`, { roles: [] }],
      ['DELETE', path],
      ['DELETE', `${path}/mfa`],
    ];
    for (const [method, route, body] of routes)
      expect(outcome(await call(boss, method, route, body))).toBe('403 auth.reauthentication_required');
    const guess = { roles: [], password: poolPassword };
    expect(outcome(await call(helper, 'PUT', `${path}/roles`, guess))).toBe('403 auth.forbidden');
    expect(usher.proxy.arrived.slice(sentBefore)).toEqual([]);
    expect(outcome(await call(boss, 'POST', `${path}/disable`))).toBe('204');
    expect(outcome(await call(boss, 'PUT', `${path}/roles`, { roles: ['x'], password: poolPassword }))).toBe(
      '204',
    );
    expect(outcome(await call(boss, 'DELETE', path))).toBe('202');
  });

  it('removes the factors of a user with audit entry and mail, and revokes the sessions', async () => {
    const person = await withApp('lost-phone@example.org');
    const helper = await personWith(usher, 'helper-2@example.org', 'support');
    const path = `/admin/users/${person.id}/mfa`;
    expect({
      own: outcome(await call(helper, 'DELETE', `/admin/users/${helper.id}/mfa`)),
      boss: outcome(await call(helper, 'DELETE', `/admin/users/${admin.id}/mfa`)),
      nobody: outcome(await call(helper, 'DELETE', '/admin/users/999999/mfa')),
      at: outcome(await call(helper, 'DELETE', path, { at: 'later' })),
    }).toEqual({
      own: '403 auth.forbidden',
      boss: '403 auth.forbidden',
      nobody: '404 request.not_found',
      at: '422 request.invalid',
    });
    expect(outcome(await call(helper, 'DELETE', path))).toBe('204');
    expect(await factorsOf(person.email)).toEqual([]);
    expect((await call(person, 'GET', '/users/me')).status).toBe(401);
    expect((await usher.api.signIn(person.email, poolPassword)).body.tokens).toBeDefined();
    expect((await audit(person)).at(-1)).toEqual({
      action: 'remove-mfa',
      details: { at: 'now' },
      actor_id: String(helper.id),
    });
    expect((await mails(person.email)).at(-1)).toBe(removed);
  });

  it('removes the factors after an outage of Cognito', async () => {
    const person = await withApp('away@example.org');
    const boss = await personWith(usher, 'boss-2@example.org', 'admin');
    usher.proxy.answerWith('AdminSetUserMFAPreference', exception('InternalErrorException', '', 500));
    const refused = outcome(await call(boss, 'DELETE', `/admin/users/${person.id}/mfa`));
    usher.proxy.answerWith('AdminSetUserMFAPreference', undefined);
    expect(refused).toBe('503 cognito.unavailable');
    expect(await mails(person.email)).toEqual([enabled]);
    await usher.database.sql(`UPDATE usher.mfa_changes SET next_try_at = now()`);
    await until(async () => (await factorsOf(person.email)).length === 0, 20_000);
    await until(async () => (await mails(person.email)).includes(removed));
  });
});
