import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startMailCatcher } from '../../../apps/local-stack/src/mail-catcher/mail-catcher.js';
import { createApp } from '../../../src/create-app.js';
import { Outbox } from '../../../src/mail/outbox.js';
import { createDatabase, type TestDatabase } from './database.js';
import { minimalEnvironment } from '../builders/environment.js';
import { captureLog } from './output.js';

interface Row {
  mail: string;
  tries: number;
  last_error: string | null;
  given_up: boolean;
  seconds: number;
}

/** The API with an outbox, and mail servers with configurable failures. Each test has its own database. */
export function useOutbox() {
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

  /** A mail server that sends these lines on each connection, one per command. */
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
  return {
    start,
    mailServer,
    stubbornServer,
    post,
    rows,
    until,
    dueNow,
    isEmpty,
    secret,
    closers,
    lines: () => output.lines(),
    sql: <Found extends Record<string, unknown>>(text: string) => database.sql<Found>(text),
    databaseUrl: () => database.url,
  };
}
