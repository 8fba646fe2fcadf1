import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const probe = new URL('probe.js', import.meta.url).href;
const patienceMs = 60_000;

/**
 * A program in a process of its own, with the probe in it and none of our environment but the path.
 * @param ready given the process and a signal of its end; resolves once the program is ready
 */
export async function startNode(file, { args = [], env = {}, ready }) {
  const child = spawn(process.execPath, ['--import', probe, fileURLToPath(file), ...args], {
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const gone = new globalThis.AbortController();
  const failed = exited.then(([code]) => {
    gone.abort();
    throw new Error(`${file.pathname} ended with status ${code}`);
  });
  failed.catch(() => undefined);
  const ask = async (message) => {
    const answer = once(child, 'message');
    child.send(message);
    const [{ error, ...measured }] = await Promise.race([answer, failed]);
    if (error) throw new Error(error);
    return measured;
  };
  await Promise.race([ready(child, gone.signal), failed]);
  return {
    ask,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A server, ready once it answers `path`. */
export function startServer(file, { port, path = '/', ...options }) {
  return startNode(file, {
    ...options,
    ready: (_child, gone) => answers(`http://127.0.0.1:${port}${path}`, gone),
  });
}

/** A program that does what it is asked by message (`worker.js`). */
export function startWorker(file, options = {}) {
  return startNode(file, { ...options, ready: (child) => once(child, 'message') });
}

/** Waits until somebody answers with success there, or is gone. */
export async function answers(url, gone) {
  const deadline = Date.now() + patienceMs;
  while (!gone.aborted) {
    if (await isSuccess(url)) return;
    if (Date.now() > deadline) throw new Error(`nobody answers ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function isSuccess(url) {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
