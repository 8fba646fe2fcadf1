/** Sends requests over plain sockets: an HTTP client would take as long as some of the servers that are measured. */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';
import { answerTo } from './worker.js';

let load;
let next = 0;

async function prepare(given) {
  load = { ...given, requests: given.requests.map((text) => Buffer.from(text)) };
  return {};
}

/** On new connections: idle ones the server may have closed. */
async function run({ seconds }) {
  const sockets = Array.from({ length: load.connections }, () =>
    connect(load.port, '127.0.0.1').setNoDelay(),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const latencies = [];
  const began = performance.now();
  const until = began + 1000 * seconds;
  const awake = load.isBusy ? keepAwake() : undefined;
  await Promise.all(sockets.map((socket) => sendUntil(until, { socket, latencies })));
  awake?.end();
  return { latencies };
}

/**
 * To wake a sleeping process takes the kernel longer than some answers take to make, and is charged to the server that
 * answers. A slow server would pay it at each answer, a fast one whose callers are never idle at none.
 */
function keepAwake() {
  let isOver = false;
  const again = () => isOver || setImmediate(again);
  again();
  return { end: () => (isOver = true) };
}

function sendUntil(until, { socket, latencies }) {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    let sentAt;
    const send = () => {
      sentAt = performance.now();
      socket.write(load.requests[next++ % load.requests.length]);
    };
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const length = lengthOfAnswer(received);
      if (length === undefined || received.length < length) return;
      if (!isSuccess(received)) return socket.destroy(new Error(received.toString()));
      received = Buffer.alloc(0);
      const now = performance.now();
      latencies.push(now - sentAt);
      if (now >= until) socket.destroy();
      else if (load.pauseMs > 0) setTimeout(send, load.pauseMs);
      else send();
    });
    socket.on('error', reject);
    socket.on('end', () => reject(new Error('the server closed a connection')));
    socket.on('close', () => resolve());
    send();
  });
}

/** Bytes of head and body; undefined while the head is incomplete. */
function lengthOfAnswer(received) {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(received.latin1Slice(0, end)) ?? [];
  if (length === undefined) throw new Error('an answer without content-length');
  return end + 4 + Number(length);
}

const isSuccess = (received) => received.latin1Slice(0, 12) === 'HTTP/1.1 200';

answerTo((message) => (message.prepare ? prepare(message.prepare) : run(message)));
