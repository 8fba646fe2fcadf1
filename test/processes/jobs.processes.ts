import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../support/drivers/command.js';
import { allMailsSent, subjectsTo } from '../support/drivers/mails.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

/** A mail server that never answers after it has received a mail. */
async function stalledServer(): Promise<{ url: string; received: Promise<void>; close(): void }> {
  const sockets = new Set<Socket>();
  let receive: () => void;
  const received = new Promise<void>((resolve) => (receive = resolve));
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let inData = false;
    socket.on('error', () => undefined);
    socket.write('220 stalled\r\n');
    socket.on('data', (data) => {
      for (const line of data.toString().split('\r\n').filter(Boolean)) {
        if (inData && line === '.') receive();
        if (inData) continue;
        inData = line === 'DATA';
        socket.write(inData ? '354 go on\r\n' : '250 ok\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close };
}

const command = async (...argv: string[]) => {
  const { out } = await runCommand([...argv, '--json'], { DATABASE_URL: usher.database.url });
  return JSON.parse(out) as unknown;
};

const email = 'canary@example.org';
const newPassword = 'another-password-1';

describe('a process killed between the lease of a mail and its removal', () => {
  it('leaves the mail to another process, which sends it once, when the lease has expired', async () => {
    const server = await stalledServer();
    const doomed = await usher.startProcess({ SMTP_URL: server.url });
    await doomed.api.post('/users', { email, password: newPassword, passwordConfirmation: newPassword });
    await server.received;
    await doomed.kill();
    server.close();

    // Longer than the poll interval of the other process.
    await pause(2500);
    expect(subjectsTo(usher, email)).toEqual([]);
    expect(await usher.database.sql('SELECT tries FROM usher.outbox')).toEqual([{ tries: 1 }]);
    expect(await command('jobs', 'list')).toContainEqual(
      expect.objectContaining({ kind: 'mails', waiting: 1, due: 0, running: 1, failed: 0 }),
    );
    expect(await command('jobs', 'retry', 'mails')).toEqual([{ kind: 'mails', due: 0 }]);
    expect(await command('mail', 'retry')).toEqual({ due: 0 });

    await usher.database.sql('UPDATE usher.outbox SET next_try_at = now()');
    await allMailsSent(usher);
    expect(subjectsTo(usher, email)).toHaveLength(1);
  });
});

describe('waiting work', () => {
  it('fails with a reason without personal data, and is done at once after a retry', async () => {
    usher.proxy.answerWith('AdminDeleteUser', (response) =>
      response.writeHead(400).end(JSON.stringify({ __type: 'TooManyRequestsException', message: email })),
    );
    await usher.database.sql(
      `WITH inserted AS (INSERT INTO users (email, cognito_sub, created_at, updated_at)
         VALUES ('deleted@example.org', gen_random_uuid()::text, now(), now()) RETURNING id)
       INSERT INTO usher.erasures (user_id) SELECT id FROM inserted`,
    );
    const failed = `SELECT last_error FROM usher.erasures WHERE last_error IS NOT NULL`;
    const rows = await waitFor(() => usher.database.sql<{ last_error: string }>(failed));
    expect(rows).toEqual([{ last_error: expect.stringMatching(/^[\w.]+(: [\w.]+)?$/) }]);
    usher.proxy.answerWith('AdminDeleteUser', undefined);
    expect(await command('jobs', 'retry', 'deletions')).toEqual([{ kind: 'deletions', due: 1 }]);
    await waitFor(async () => (await usher.database.sql('SELECT 1 FROM usher.erasures')).length === 0 && [1]);
  });
});

async function waitFor<Found>(look: () => Promise<Found[] | false>): Promise<Found[]> {
  for (;;) {
    const found = await look();
    if (found !== false && found.length > 0) return found;
    await pause(50);
  }
}
