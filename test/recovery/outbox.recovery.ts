import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../apps/local-stack/src/ports.js';
import { run } from '../../src/cli/run.js';
import { Database } from '../../src/common/database/database.js';
import { Outbox } from '../../src/mail/outbox.js';
import { useOutbox } from '../support/drivers/outbox.js';

const outbox = useOutbox();
const { start, mailServer, stubbornServer, post, rows, until, dueNow, isEmpty, secret, closers } = outbox;
const { lines, sql, databaseUrl } = outbox;

describe('a mail', () => {
  it('is sent at once, to one address, in its own language', async () => {
    const server = await mailServer();
    const app = await start(server.smtpUrl);
    await post(app, 'ada@example.com');
    const mail = await server.waitFor(({ to }) => to.includes('ada@example.com'));
    expect(mail).toMatchObject({
      from: 'usher@example.com',
      to: ['ada@example.com'],
      subject: 'Bestätigen Sie Ihre Adresse',
      text: expect.stringContaining('https://app.example.com/?token=canary'),
      html: expect.stringContaining('lang="de"'),
    });
    await isEmpty();
  });

  it('is sent once by several processes', async () => {
    const server = await mailServer();
    const apps = await Promise.all([start(server.smtpUrl), start(server.smtpUrl), start(server.smtpUrl)]);
    await Promise.all(
      apps.flatMap((app) => Array.from({ length: 20 }, (_, i) => post(app, `u${i}@example.com`))),
    );
    await isEmpty();
    expect(server.messages()).toHaveLength(60);
  });

  it('is sent only if the transaction that queued it commits', async () => {
    const server = await mailServer();
    const app = await start(server.smtpUrl);
    const failing = app.get(Database).transaction(async () => {
      await post(app, 'never@example.com');
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await app.get(Database).transaction(() => post(app, 'always@example.com'));
    await server.waitFor(({ to }) => to.includes('always@example.com'));
    await isEmpty();
    expect(server.messages()).toHaveLength(1);
  });

  it('is retried when the server is down or busy', async () => {
    const port = await freePort();
    const app = await start(`smtp://127.0.0.1:${port}`);
    await post(app, 'patient@example.com');
    const [first] = await until(async () => (await rows()).filter((row) => row.last_error).slice(0, 1));
    expect(first).toMatchObject({ tries: 1, last_error: 'ESOCKET', given_up: false });
    expect(first?.seconds).toBeGreaterThan(3);
    expect(first?.seconds).toBeLessThanOrEqual(10);
    await mailServer(port);
    await dueNow();
    await isEmpty();
  });

  it('is retried with back-off when the server is busy, with an alarm for the operator', async () => {
    const url = await stubbornServer((command) => {
      if (command.startsWith('RCPT')) return '451 greylisted';
      return command.startsWith('QUIT') ? '221 bye' : '250 ok';
    });
    const app = await start(url);
    await post(app, 'canary@example.com');
    const refused = (tries: number) =>
      until(async () => (await rows()).find((row) => row.tries === tries && row.seconds < 100));
    expect(await refused(1)).toMatchObject({ last_error: 'EENVELOPE 451', given_up: false });
    await sql('UPDATE usher.outbox SET next_try_at = now(), tries = 3');
    expect((await refused(4)).seconds).toBeGreaterThan(30);
    await dueNow();
    const alarm = await until(async () => lines().findLast((line) => line.includes('mail.stuck')));
    expect(JSON.parse(alarm)).toMatchObject({ mail: 'confirmation', reason: 'EENVELOPE 451' });
    expect(lines().join()).not.toContain('canary');
  });

  it('fails after a permanent refusal', async () => {
    const url = await stubbornServer((command) =>
      command.startsWith('RCPT') ? '550 no such user canary@example.com' : '250 ok',
    );
    const app = await start(url);
    await post(app, 'canary@example.com');
    const row = await until(async () => (await rows()).find(({ given_up }) => given_up));
    expect(row).toMatchObject({ tries: 1, last_error: 'EENVELOPE 550' });
    expect(lines().join()).not.toContain('canary');
  });

  it('does not fail when the server refuses the sender', async () => {
    const url = await stubbornServer((command) =>
      command.startsWith('MAIL') ? '530 who are you' : '250 ok',
    );
    const app = await start(url);
    await post(app, 'a@example.com');
    expect(await until(async () => (await rows()).find((row) => row.last_error))).toMatchObject({
      given_up: false,
    });
  });

  it('is sent by another process when the lease of a killed process expires', async () => {
    const app = await start(undefined);
    await post(app, 'orphan@example.com');
    await app.get(Outbox).take(1, 120);
    const server = await mailServer();
    await start(server.smtpUrl);
    await sql(`UPDATE usher.outbox SET next_try_at = next_try_at - interval '120 seconds'`);
    await server.waitFor(({ to }) => to.includes('orphan@example.com'));
  });

  it('is readable after a change of SESSION_SECRETS until the old secret is removed', async () => {
    const app = await start(undefined);
    await post(app, 'old-secret@example.com');
    const server = await mailServer();
    await start(server.smtpUrl, `another-session-secret,${secret}`);
    await server.waitFor(({ to }) => to.includes('old-secret@example.com'));
    await isEmpty();
    await post(app, 'lost@example.com');
    for (const close of closers.splice(2)) await close();
    await start(server.smtpUrl, 'another-session-secret');
    const lost = await until(async () => (await rows()).find(({ given_up }) => given_up));
    expect(lost.last_error).toBe('sealed with a secret that SESSION_SECRETS lacks');
  });

  it('is sealed in the table', async () => {
    const app = await start(undefined);
    await post(app, 'canary@example.com');
    expect(JSON.stringify(await sql('SELECT * FROM usher.outbox'))).not.toContain('canary');
    expect(lines().join()).toContain('SMTP_URL is not set; mails stay in the outbox');
  });

  it('is completed before the process exits', async () => {
    let deliver: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (deliver = resolve));
    let begun: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => (begun = resolve));
    let inData = false;
    const url = await stubbornServer((command, socket) => {
      if (command === 'DATA') {
        inData = true;
        return '354 go on';
      }
      if (inData && command === '.') {
        begun();
        void waiting.then(() => socket.write('250 taken\r\n'));
        inData = false;
        return undefined;
      }
      return inData ? undefined : '250 ok';
    });
    const app = await start(url);
    await post(app, 'last@example.com');
    await taken;
    const closed = app.close();
    closers.pop();
    deliver();
    await closed;
    expect(await rows()).toEqual([]);
  });
});

describe('usher mail', () => {
  async function usher(...argv: string[]) {
    const outcome = { status: -1, out: '', err: '' };
    outcome.status = await run(['mail', ...argv], {
      out: (text) => (outcome.out += text),
      err: (text) => (outcome.err += text),
      variables: () => ({ DATABASE_URL: databaseUrl() }),
    });
    return outcome;
  }

  it('lists pending mails with their errors, and retries them', async () => {
    const app = await start(undefined);
    expect(await usher('status')).toEqual({ status: 0, out: 'No mails are waiting.\n', err: '' });
    await post(app, 'canary@example.com');
    await post(app, 'other@example.com');
    const [taken] = await app.get(Outbox).take(1, 120);
    await app.get(Outbox).giveUp(taken?.id ?? '', { reason: 'EENVELOPE 550', recipientRefused: false });
    const { out } = await usher('status');
    expect(out).toMatch(
      /^confirmation: 2 waiting \(1 tried, 1 given up\), oldest since 20\S+Z; last error: EENVELOPE 550\n$/,
    );
    const [line] = JSON.parse((await usher('status', '--json')).out) as unknown[];
    expect(line).toMatchObject({ mail: 'confirmation', waiting: 2, givenUp: 1, lastError: 'EENVELOPE 550' });
    expect(out).not.toContain('canary');
    await app.get(Outbox).giveUp(taken?.id ?? '', { reason: 'EENVELOPE 550', recipientRefused: true });
    expect((await usher('status')).out).toContain('1 given up, 1 because of the recipient)');
    expect(await usher('retry', '--json')).toMatchObject({ status: 0, out: '{"due":1}\n' });
    const server = await mailServer();
    await start(server.smtpUrl);
    await isEmpty();
    expect(server.messages()).toHaveLength(2);
  });

  it('prints its usage', async () => {
    expect(await usher('status', '--help')).toMatchObject({
      status: 0,
      out: expect.stringContaining('DATABASE_URL'),
    });
    expect(await usher('stats')).toMatchObject({
      status: 2,
      err: expect.stringContaining('unknown command'),
    });
  });
});
