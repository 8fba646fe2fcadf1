import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { allMailsSent } from '../support/drivers/mails.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

/** Receives mails, and confirms them when `answer` is called. */
interface SlowMailServer {
  url: string;
  arrived(count: number): Promise<void>;
  answer(): void;
  count(): number;
  close(): void;
}

async function startSlowMailServer(): Promise<SlowMailServer> {
  const waiting: (() => void)[] = [];
  let count = 0;
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      stream.resume().on('end', () => {
        count += 1;
        waiting.push(done);
        smtp.emit('mail');
      });
    },
  });
  smtp.on('error', () => undefined);
  const server = smtp.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: async (least) => {
      while (count < least) await once(smtp, 'mail');
    },
    answer: () => waiting.splice(0).forEach((done) => done()),
    count: () => count,
    close: () => smtp.close(),
  };
}

let mails: SlowMailServer;
let usher: Usher;
let ending: UsherProcess;
let blocker: pg.Client;
beforeAll(async () => {
  mails = await startSlowMailServer();
  usher = await startUsher({ environment: { SMTP_URL: mails.url } });
});
afterAll(async () => {
  mails.answer();
  await usher.close();
  mails.close();
});
beforeEach(async () => {
  ending = await usher.startProcess();
  blocker = await usher.database.connect();
});
afterEach(() => blocker.end());

const signUp = (email: string) =>
  ending.api.post('/users', { email, password: 'a-password-1', passwordConfirmation: 'a-password-1' });

/** A sign-up that waits for its mail. */
async function stuckSignUp(email: string) {
  await blocker.query('BEGIN; LOCK TABLE usher.outbox IN EXCLUSIVE MODE');
  const answer = signUp(email);
  answer.catch(() => undefined);
  const waiting = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO "usher"."outbox"%'`;
  while ((await usher.database.sql(waiting)).length === 0);
  return { answer };
}

async function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const refused = await once(socket, 'connect').then(
    () => false,
    () => true,
  );
  socket.destroy();
  return refused;
}

async function refusesConnections(): Promise<void> {
  while (!(await isRefused(ending.url)));
}

describe('a process that receives SIGTERM', () => {
  it('refuses new connections, completes requests in progress and exits with status 0', async () => {
    const { answer } = await stuckSignUp('under-way@example.org');
    ending.signal('SIGTERM');
    await refusesConnections();
    await blocker.query('COMMIT');
    const { status, headers } = await answer;
    expect({ status, connection: headers.get('connection') }).toEqual({ status: 202, connection: 'close' });
    await mails.arrived(1);
    mails.answer();
    expect(await ending.ended).toBe(0);
    expect(ending.logLines().at(-1)).toContain('"msg":"shutdown complete"');
  });

  it('answers one more request per keep-alive connection and closes idle connections', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const requestHealth = async () => {
      const request = httpRequest(`${ending.url}/health/live`, { agent }).end();
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      await once(answer.resume(), 'end');
      return { connection: answer.headers.connection, reused: request.reusedSocket };
    };
    const { hostname, port } = new URL(ending.url);
    const silent = connect(Number(port), hostname);
    await once(silent, 'connect');
    expect((await requestHealth()).connection).toBe('keep-alive');
    ending.signal('SIGTERM');
    await refusesConnections();
    expect(await requestHealth()).toEqual({ connection: 'close', reused: true });
    expect(await ending.ended).toBe(0);
    silent.destroy();
  });

  it('completes the mail in progress and sends it once', async () => {
    const before = mails.count();
    expect((await signUp('mailed@example.org')).status).toBe(202);
    await mails.arrived(before + 1);
    ending.signal('SIGTERM');
    await refusesConnections();
    mails.answer();
    expect(await ending.ended).toBe(0);
    await allMailsSent(usher);
    expect(mails.count()).toBe(before + 1);
  });

  it('exits at once on a second signal', async () => {
    const { answer } = await stuckSignUp('stuck@example.org');
    let isOver = false;
    void ending.ended.then(() => (isOver = true));
    while (!isOver) {
      ending.signal('SIGTERM');
      await new Promise(setImmediate);
    }
    expect(await ending.ended).toBe(143);
    await expect(answer).rejects.toThrow();
  });
});
