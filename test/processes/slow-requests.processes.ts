import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Problem } from '#contracts';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ environment: { REFUSAL_TIME_MS: '10000' } });

interface Ended {
  ms: number;
  text: string;
}

/** Sends `now` at once and `rest` with four bytes a second. Resolves when the server has closed the connection. */
async function trickle(now: string, rest = ''): Promise<Ended> {
  const socket = open();
  const began = performance.now();
  const text = collect(socket);
  socket.write(now);
  const bytes = [...rest];
  const timer = setInterval(
    () => bytes.length > 0 && socket.writable && socket.write(bytes.shift() ?? ''),
    250,
  );
  await once(socket, 'close');
  clearInterval(timer);
  return { ms: performance.now() - began, text: text() };
}

function open(): Socket {
  const { hostname, port } = new URL(usher.url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

function collect(socket: Socket): () => string {
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  return () => text;
}

const host = 'Host: a\r\n';
const post = `POST /auth/sign-in HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;
const long = 'x'.repeat(1000);
const credentials = JSON.stringify({ email: 'nobody@example.com', password: 'a-password-1' });

it('a request that is incomplete after ten seconds is answered with 408, and other connections stay open', async () => {
  const silent = open();
  const silentText = collect(silent);
  const idle = open();
  const idleText = collect(idle);
  idle.write(`GET /health/live HTTP/1.1\r\n${host}\r\n`);
  const held = trickle(
    `${post}Connection: close\r\nContent-Length: ${credentials.length}\r\n\r\n${credentials}`,
  );
  const slow = await Promise.all([
    trickle('G'),
    trickle(`GET /health/live HTTP/1.1\r\n${host}x: `, long),
    trickle('\r\n', '\r\n'.repeat(500)),
    trickle(`${post}Content-Length: 1000\r\n\r\n{`),
    trickle(`${post}Content-Length: 1000\r\n\r\n{`, long),
    trickle(`${post}Transfer-Encoding: chunked\r\n\r\n3e8\r\n{`, long),
    trickle(`${post}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`),
    trickle(`${post}Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n`),
  ]);
  for (const { ms, text } of slow) {
    expect(ms).toBeGreaterThan(9900);
    expect(ms).toBeLessThan(12_500);
    const answer = text.replace(/^HTTP\/1.1 100 Continue\r\n\r\n/, '');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    expect(head).toContain('content-type: application/problem+json; charset=utf-8');
    expect(head).toContain('connection: close');
    expect(JSON.parse(body) as Problem).toMatchObject({ status: 408, code: 'request.invalid' });
  }
  // One refused sign-in is delayed for longer than this limit.
  expect((await held).text).toMatch(/^HTTP\/1.1 401 /);
  for (const [socket, text] of [
    [silent, silentText],
    [idle, idleText],
  ] as const) {
    const before = text();
    socket.write(`GET /health/live HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    await once(socket, 'close');
    expect(text().slice(before.length)).toMatch(/^HTTP\/1.1 200 /);
  }
  const errors = usher.logLines().filter((line) => /"level":"(error|fatal)"/.test(line));
  expect(errors).toEqual([]);
});
