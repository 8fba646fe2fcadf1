import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startMailCatcher } from '../../apps/local-stack/src/mail-catcher/mail-catcher.js';
import { freePort } from '../../apps/local-stack/src/ports.js';
import { run } from '../../src/cli/run.js';
import { createApp } from '../../src/create-app.js';
import { Database } from '../../src/platform/database/database.js';
import { MailServer } from '../../src/platform/mail/mail-server.js';
import { Outbox } from '../../src/platform/mail/outbox.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { minimalEnvironment } from '../support/environment.js';
import { captureLog } from '../support/output.js';

let database: TestDatabase;
let output: ReturnType<typeof captureLog>;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(() => {
  output = captureLog();
});
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await database.drop();
});
afterAll(() => output.restore());

const secret = 'a-session-secret-of-the-tests';

async function start(smtpUrl: string | undefined, secrets = secret): Promise<NestFastifyApplication> {
  const app = await createApp({
    ...minimalEnvironment,
    DATABASE_URL: database.url,
    SESSION_SECRETS: secrets,
    PUBLIC_URL: 'https://app.example.com',
    ...(smtpUrl && { SMTP_URL: smtpUrl, MAIL_FROM: 'Usher <usher@example.com>' }),
  });
  await app.init();
  closers.push(() => app.close());
  return app;
}

async function mailServer(port?: number) {
  const catcher = await startMailCatcher({ smtpPort: port });
  closers.push(() => catcher.close());
  return catcher;
}

/** A mail server that says these lines to every connection, each in answer to a command. */
async function stubbornServer(
  answer: (command: string, socket: Socket) => string | undefined,
): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('220 stubborn\r\n');
    socket.on('data', (data) => {
      for (const command of data.toString().split('\r\n').filter(Boolean)) {
        const line = answer(command, socket);
        if (line !== undefined) socket.write(`${line}\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (app: NestFastifyApplication, to: string) =>
  app.get(Outbox).post({
    to,
    mail: 'confirmation',
    language: 'de',
    values: { link: 'https://app.example.com/?token=canary' },
  });

interface Row {
  mail: string;
  tries: number;
  last_error: string | null;
  given_up: boolean;
  seconds: number;
}
const rows = () =>
  database.sql<Row>(
    `SELECT mail, tries, last_error, given_up_at IS NOT NULL AS given_up,
       extract(epoch FROM next_try_at - now())::float8 AS seconds FROM usher.outbox`,
  );

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(20);
  }
}

const dueNow = () => database.sql('UPDATE usher.outbox SET next_try_at = now()');
const isEmpty = () => until(async () => (await rows()).length === 0);

describe('a mail', () => {
  it('is sent at once, to one address, in its language', async () => {
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

  it('is sent once, however many processes there are', async () => {
    const server = await mailServer();
    const apps = await Promise.all([start(server.smtpUrl), start(server.smtpUrl), start(server.smtpUrl)]);
    await Promise.all(
      apps.flatMap((app) => Array.from({ length: 20 }, (_, i) => post(app, `u${i}@example.com`))),
    );
    await isEmpty();
    expect(server.messages()).toHaveLength(60);
  });

  it('goes out with what it belongs to, or not at all', async () => {
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

  it('waits for a server that is down, and for one that is busy', async () => {
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

  it('is tried again when the server is busy, later every time, and an operator hears of it', async () => {
    const url = await stubbornServer((command) => {
      if (command.startsWith('RCPT')) return '451 greylisted';
      return command.startsWith('QUIT') ? '221 bye' : '250 ok';
    });
    const app = await start(url);
    await post(app, 'canary@example.com');
    const refused = (tries: number) =>
      until(async () => (await rows()).find((row) => row.tries === tries && row.seconds < 100));
    expect(await refused(1)).toMatchObject({ last_error: 'EENVELOPE 451', given_up: false });
    await database.sql('UPDATE usher.outbox SET next_try_at = now(), tries = 3');
    expect((await refused(4)).seconds).toBeGreaterThan(30);
    await dueNow();
    const alarm = await until(async () => output.lines().findLast((line) => line.includes('mail.stuck')));
    expect(JSON.parse(alarm)).toMatchObject({ mail: 'confirmation', reason: 'EENVELOPE 451' });
    expect(output.lines().join()).not.toContain('canary');
  });

  it('is given up when the server will never take it', async () => {
    const url = await stubbornServer((command) =>
      command.startsWith('RCPT') ? '550 no such user canary@example.com' : '250 ok',
    );
    const app = await start(url);
    await post(app, 'canary@example.com');
    const row = await until(async () => (await rows()).find(({ given_up }) => given_up));
    expect(row).toMatchObject({ tries: 1, last_error: 'EENVELOPE 550' });
    expect(output.lines().join()).not.toContain('canary');
  });

  it('is not given up because the server refuses us', async () => {
    const url = await stubbornServer((command) =>
      command.startsWith('MAIL') ? '530 who are you' : '250 ok',
    );
    const app = await start(url);
    await post(app, 'a@example.com');
    expect(await until(async () => (await rows()).find((row) => row.last_error))).toMatchObject({
      given_up: false,
    });
  });

  it('is sent by somebody else when the process that took it has died', async () => {
    const app = await start(undefined);
    await post(app, 'orphan@example.com');
    await app.get(Outbox).take(1, 120);
    const server = await mailServer();
    await start(server.smtpUrl);
    await database.sql(`UPDATE usher.outbox SET next_try_at = next_try_at - interval '120 seconds'`);
    await server.waitFor(({ to }) => to.includes('orphan@example.com'));
  });

  it('survives a change of SESSION_SECRETS, until the old one is dropped', async () => {
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
    expect(lost.last_error).toBe('sealed with a secret that was dropped');
  });

  it('is no secret in the table', async () => {
    const app = await start(undefined);
    await post(app, 'canary@example.com');
    expect(JSON.stringify(await database.sql('SELECT * FROM usher.outbox'))).not.toContain('canary');
    expect(output.lines().join()).toContain('no SMTP_URL: mails are kept in the outbox and not sent');
  });

  it('is finished before the process ends', async () => {
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

interface LogLine {
  level: string;
  id?: string;
  alarm?: string;
  reason?: string;
}

describe('a recipient', () => {
  /** A server that answers the two commands in this way, and everything that it was told. */
  async function answering(answers: Record<string, string>) {
    const told: string[] = [];
    let inData = false;
    const url = await stubbornServer((command) => {
      told.push(command);
      if (inData && command !== '.') return undefined;
      inData = command === 'DATA' && !('DATA' in answers);
      if (inData) return '354 go on';
      const name = Object.keys(answers).find((start) => command.startsWith(start));
      return name === undefined ? '250 ok' : answers[name];
    });
    return { url, told };
  }

  const states = (id: unknown) =>
    output
      .lines()
      .map((line) => JSON.parse(line) as LogLine)
      .filter((line) => line.id === id);

  async function givenUp() {
    const row = await until(async () => (await rows()).find((known) => known.given_up));
    const [{ id } = { id: '' }] = await database.sql<{ id: string }>('SELECT id FROM usher.outbox');
    return { row, id, lines: await until(async () => (states(id).length > 0 ? states(id) : undefined)) };
  }

  const figures = (app: NestFastifyApplication) => app.get(Outbox).figures();

  it.each([
    '550 no such user canary@example.com',
    '550 5.1.1 no such user canary@example.com',
    '553 5.1.3 that is no mailbox',
    '550 5.4.1 Recipient address rejected: Access denied',
    '552 5.2.2 mailbox full',
    '501 bad address syntax',
  ])('that the server refuses with "%s" raises no alarm', async (answer) => {
    const { url } = await answering({ RCPT: answer });
    const app = await start(url);
    await post(app, 'canary@example.com');
    const { row, lines } = await givenUp();
    expect(row).toMatchObject({ tries: 1, last_error: `EENVELOPE ${answer.slice(0, 3)}` });
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', reason: row.last_error })]);
    expect(lines[0]).not.toHaveProperty('alarm');
    expect(await figures(app)).toMatchObject({ givenUp: 0, refused: 1, oldestSeconds: 0 });
    expect(app.get(MailServer).isWorking).toBe(true);
    expect(output.lines().join()).not.toContain('canary');
  });

  it.each([
    ['RCPT', '554 5.7.1 client host rejected', 'EENVELOPE 554'],
    ['RCPT', '530 authentication required', 'EENVELOPE 530'],
    ['RCPT', '550 5.3.2 system not accepting messages', 'EENVELOPE 550'],
    ['.', '554 5.6.0 we do not like the contents', 'EMESSAGE 554'],
  ])('is not to blame for the answer to %s "%s": that is an alarm', async (command, answer, reason) => {
    const { url } = await answering({ [command]: answer });
    const app = await start(url);
    await post(app, 'canary@example.com');
    const { lines } = await givenUp();
    expect(lines).toEqual([expect.objectContaining({ level: 'error', alarm: 'mail.stuck', reason })]);
    expect(await figures(app)).toMatchObject({ givenUp: 1, refused: 0 });
  });

  it('whose domain is not known is tried again, and raises no alarm at any try', async () => {
    const { url } = await answering({ RCPT: '450 4.1.2 Recipient address rejected: Domain not found' });
    const app = await start(url);
    await post(app, 'canary@nowhere.example');
    const tried = (tries: number) =>
      until(async () =>
        (await rows()).find((row) => row.tries === tries && row.last_error && row.seconds < 100),
      );
    await tried(1);
    await database.sql('UPDATE usher.outbox SET next_try_at = now(), tries = 5, last_error = NULL');
    await until(async () => (await rows()).find((row) => row.tries === 6 && row.last_error !== null));
    const [{ id } = { id: '' }] = await database.sql<{ id: string }>('SELECT id FROM usher.outbox');
    expect(states(id).map(({ level, alarm }) => [level, alarm])).toEqual([
      ['warn', undefined],
      ['warn', undefined],
    ]);
    expect(await figures(app)).toMatchObject({ tried: 1, oldestSeconds: 0 });
    await database.sql(`UPDATE usher.outbox SET next_try_at = now(), posted_at = now() - interval '4 days'`);
    expect((await givenUp()).row.last_error).toBe('EENVELOPE 450');
    expect(await figures(app)).toMatchObject({ givenUp: 0, refused: 1 });
  });

  it('that is no single mailbox is not mailed at all', async () => {
    const { url, told } = await answering({});
    const app = await start(url);
    const recipients = [
      '<victim@example.com>',
      'Ada <victim@example.com>',
      'ada@example.com, victim@example.com',
      'ada@example.com;victim@example.com',
      'ada@example.com (victim@example.com)',
      'ada@example.com\r\nBcc: victim@example.com',
      'ada@example.com>\r\nRCPT TO:<victim@example.com',
      'mailto:victim@example.com',
      '@relay.example:victim@example.com',
      'group: victim@example.com;',
      'victim@[127.0.0.1]',
      '\u226evictim@example.com',
      'nobody',
      '',
    ];
    for (const to of recipients) await post(app, to);
    await until(async () => (await rows()).every(({ given_up }) => given_up));
    expect(new Set((await rows()).map(({ tries, last_error }) => `${tries}: ${last_error}`))).toEqual(
      new Set(['1: not an address']),
    );
    expect(await figures(app)).toMatchObject({ givenUp: 0, refused: recipients.length });
    await post(app, ' Ada.Lovelace@Ex\u00e4mple.com ');
    await until(async () => (await rows()).length === recipients.length);
    expect(told.filter((command) => command.startsWith('RCPT'))).toEqual([
      'RCPT TO:<Ada.Lovelace@xn--exmple-cua.com>',
    ]);
  });

  it('in another script needs a server that offers SMTPUTF8, and is refused without one', async () => {
    const { url, told } = await answering({});
    const app = await start(url);
    await post(app, 'j\u00fcrgen@example.com');
    const { row, lines } = await givenUp();
    expect(row).toMatchObject({ tries: 1, last_error: 'the mail server does not offer SMTPUTF8' });
    expect(lines[0]).not.toHaveProperty('alarm');
    expect(app.get(MailServer).isWorking).toBe(true);
    expect(told.filter((command) => /^(?:MAIL|RCPT)/.test(command))).toEqual([]);
  });

  it('in another script is mailed by a server that offers SMTPUTF8', async () => {
    const { url, told } = await answering({ EHLO: '250-stubborn\r\n250 SMTPUTF8' });
    const app = await start(url);
    await post(app, 'j\u00fcrgen@xn--exmple-cua.com');
    await isEmpty();
    expect(told.find((command) => command.startsWith('MAIL'))).toContain(' SMTPUTF8');
    expect(told.find((command) => command.startsWith('RCPT'))).toBe('RCPT TO:<j\u00fcrgen@ex\u00e4mple.com>');
  });

  it('in another script waits for a server that is away', async () => {
    const app = await start(`smtp://127.0.0.1:${await freePort()}`);
    await post(app, 'j\u00fcrgen@example.com');
    const row = await until(async () => (await rows()).find(({ last_error }) => last_error));
    expect(row).toMatchObject({ given_up: false, last_error: 'ESOCKET' });
    expect(app.get(MailServer).isWorking).toBe(false);
  });
});

describe('usher mail', () => {
  async function usher(...argv: string[]) {
    const outcome = { status: -1, out: '', err: '' };
    outcome.status = await run(['mail', ...argv], {
      out: (text) => (outcome.out += text),
      err: (text) => (outcome.err += text),
      variables: () => ({ DATABASE_URL: database.url }),
    });
    return outcome;
  }

  it('shows what waits and why, and tries it again', async () => {
    const app = await start(undefined);
    expect(await usher('status')).toEqual({ status: 0, out: 'No mail waits.\n', err: '' });
    await post(app, 'canary@example.com');
    await post(app, 'other@example.com');
    const [taken] = await app.get(Outbox).take(1, 120);
    await app.get(Outbox).giveUp(taken?.id ?? '', { reason: 'EENVELOPE 550', recipientRefused: false });
    const { out } = await usher('status');
    expect(out).toMatch(
      /^confirmation: 2 waiting \(1 tried, 1 given up\), the oldest since 20\S+Z; last error: EENVELOPE 550\n$/,
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

  it('explains itself', async () => {
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
