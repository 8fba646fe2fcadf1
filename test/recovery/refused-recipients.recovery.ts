import { describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { freePort } from '../../apps/local-stack/src/ports.js';
import { SmtpTransport } from '../../src/mail/smtp.transport.js';
import { Outbox } from '../../src/mail/outbox.js';
import { useOutbox } from '../support/drivers/outbox.js';

const outbox = useOutbox();
const { start, stubbornServer, post, rows, until, isEmpty, sql } = outbox;

interface LogLine {
  level: string;
  id?: string;
  alarm?: string;
  reason?: string;
}

describe('a recipient', () => {
  /** A server with these answers to MAIL and RCPT, and the commands that it received. */
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
    outbox
      .lines()
      .map((line) => JSON.parse(line) as LogLine)
      .filter((line) => line.id === id);

  async function failedMail() {
    const row = await until(async () => (await rows()).find((known) => known.given_up));
    const [{ id } = { id: '' }] = await sql<{ id: string }>('SELECT id FROM usher.outbox');
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
  ])('refused by the server with "%s" raises no alarm', async (answer) => {
    const { url } = await answering({ RCPT: answer });
    const app = await start(url);
    await post(app, 'canary@example.com');
    const { row, lines } = await failedMail();
    expect(row).toMatchObject({ tries: 1, last_error: `EENVELOPE ${answer.slice(0, 3)}` });
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', reason: row.last_error })]);
    expect(lines[0]).not.toHaveProperty('alarm');
    expect(await figures(app)).toMatchObject({ givenUp: 0, refused: 1, oldestSeconds: 0 });
    expect(app.get(SmtpTransport).isWorking).toBe(true);
    expect(outbox.lines().join()).not.toContain('canary');
  });

  it.each([
    ['RCPT', '554 5.7.1 client host rejected', 'EENVELOPE 554'],
    ['RCPT', '530 authentication required', 'EENVELOPE 530'],
    ['RCPT', '550 5.3.2 system not accepting messages', 'EENVELOPE 550'],
    ['.', '554 5.6.0 we do not like the contents', 'EMESSAGE 554'],
  ])('is not the cause of the answer to %s "%s", which raises an alarm', async (command, answer, reason) => {
    const { url } = await answering({ [command]: answer });
    const app = await start(url);
    await post(app, 'canary@example.com');
    const { lines } = await failedMail();
    expect(lines).toEqual([expect.objectContaining({ level: 'error', alarm: 'mail.stuck', reason })]);
    expect(await figures(app)).toMatchObject({ givenUp: 1, refused: 0 });
  });

  it('with an unknown domain is retried, without an alarm at any attempt', async () => {
    const { url } = await answering({ RCPT: '450 4.1.2 Recipient address rejected: Domain not found' });
    const app = await start(url);
    await post(app, 'canary@nowhere.example');
    const tried = (tries: number) =>
      until(async () =>
        (await rows()).find((row) => row.tries === tries && row.last_error && row.seconds < 100),
      );
    await tried(1);
    await sql('UPDATE usher.outbox SET next_try_at = now(), tries = 5, last_error = NULL');
    await until(async () => (await rows()).find((row) => row.tries === 6 && row.last_error !== null));
    const [{ id } = { id: '' }] = await sql<{ id: string }>('SELECT id FROM usher.outbox');
    expect(states(id).map(({ level, alarm }) => [level, alarm])).toEqual([
      ['warn', undefined],
      ['warn', undefined],
    ]);
    expect(await figures(app)).toMatchObject({ tried: 1, oldestSeconds: 0 });
    await sql(`UPDATE usher.outbox SET next_try_at = now(), posted_at = now() - interval '4 days'`);
    expect((await failedMail()).row.last_error).toBe('EENVELOPE 450');
    expect(await figures(app)).toMatchObject({ givenUp: 0, refused: 1 });
  });

  it('that is not a single mailbox gets no mail', async () => {
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
    const { row, lines } = await failedMail();
    expect(row).toMatchObject({ tries: 1, last_error: 'the mail server does not offer SMTPUTF8' });
    expect(lines[0]).not.toHaveProperty('alarm');
    expect(app.get(SmtpTransport).isWorking).toBe(true);
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

  it('in another script is retried while the server is unavailable', async () => {
    const app = await start(`smtp://127.0.0.1:${await freePort()}`);
    await post(app, 'j\u00fcrgen@example.com');
    const row = await until(async () => (await rows()).find(({ last_error }) => last_error));
    expect(row).toMatchObject({ given_up: false, last_error: 'ESOCKET' });
    expect(app.get(SmtpTransport).isWorking).toBe(false);
  });
});
