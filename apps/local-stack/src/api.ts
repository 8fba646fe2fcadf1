import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from './config/environment.js';
import { projectRoot } from './project-root.js';
import { StartError } from './start-error.js';

export interface ApiOptions {
  url: string;
  environment: Environment;
  /** The file for the API's output; by default it goes to this process's output. */
  logFile?: string;
  signal: AbortSignal;
}

export interface Api {
  /** Resolves when the process exits, for any reason. */
  ended: Promise<StartError>;
  stop(): Promise<void>;
}

const program = join(projectRoot, 'dist', 'src', 'main.js');
const startMs = 60_000;
const stopMs = 10_000;

// Runs in the API process. The IPC channel closes when the parent is killed, so the API does not outlive it.
// The API's worker threads also run this and have no channel.
const endWithParent = `
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), ${stopMs}).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  process.channel?.unref();`;

/** Starts the built API in a child process and waits until it is ready. */
export async function startApi(options: ApiOptions): Promise<Api> {
  if (!existsSync(program)) throw new StartError(`${program} is missing. Run npm run build.`);
  const child = spawnApi(options);
  const ended = once(child, 'exit').then(
    ([code, signal]) =>
      new StartError(
        `The API ended (${String(signal ?? `exit code ${code}`)}).${lastLines(options.logFile)}`,
        { exitCode: code === 2 ? 2 : 1 },
      ),
    (error: Error) => new StartError(`The API did not start: ${error.message}`),
  );
  // A forced exit of this process also kills the API.
  const takeAlong = () => child.kill('SIGKILL');
  process.once('exit', takeAlong);
  void ended.then(() => process.off('exit', takeAlong));
  const over = new AbortController();
  const died = ended.then((error) => {
    throw error;
  });
  try {
    await Promise.race([died, untilReady(options, AbortSignal.any([options.signal, over.signal]))]);
  } catch (error) {
    await stop(child, ended);
    throw error;
  } finally {
    over.abort();
    died.catch(() => undefined);
  }
  return { ended, stop: () => stop(child, ended) };
}

function spawnApi({ environment, logFile }: ApiOptions): ChildProcess {
  const output = logFile === undefined ? 'inherit' : openSync(logFile, 'w', 0o600);
  try {
    const preload = `data:text/javascript,${encodeURIComponent(endWithParent)}`;
    return spawn(process.execPath, ['--enable-source-maps', '--import', preload, program], {
      cwd: projectRoot,
      env: environment,
      stdio: ['ignore', output, output, 'ipc'],
      // In its own process group, so that Ctrl-C in a terminal does not reach it and the stack controls the shutdown order.
      detached: true,
    });
  } finally {
    if (typeof output === 'number') closeSync(output);
  }
}

async function untilReady({ url }: ApiOptions, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + startMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    if (answer?.ok) return;
    if (Date.now() > deadline) {
      const last = answer
        ? `its last answer was ${answer.status} ${await answer.text()}`
        : 'it does not answer';
      throw new StartError(`The API was not ready within ${startMs / 1000} seconds: ${last}`);
    }
    await answer?.body?.cancel();
    await pause(50, undefined, { signal });
  }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const over = new AbortController();
  const tooLong = pause(stopMs, undefined, { signal: over.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await Promise.race([ended, tooLong]);
  over.abort();
  await ended;
}

function lastLines(logFile: string | undefined): string {
  if (logFile === undefined) return '';
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20);
  return ` The end of ${logFile}:\n${lines.map((line) => `    ${line}`).join('\n')}`;
}
