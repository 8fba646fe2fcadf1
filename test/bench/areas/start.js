import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../dist/apps/local-stack/src/ports.js';
import { pairedRuns, compare, untilValid } from '../measure/paired-runs.js';
import { atMost, result } from '../measure/goal.js';
import { answers } from '../measure/node-process.js';
import { startTokenPool } from '../parts/tokens.js';
import { apiEnvironment, startDatabase, withClosers } from '../parts/world.js';

export const about = 'the start of the API, bundled against unbundled';

const files = {
  limit: new URL('../../../dist/src/main.js', import.meta.url),
  ours: new URL('../../../dist/api/main.js', import.meta.url),
};

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    const databaseUrl = await startDatabase(closing);
    const pool = await startTokenPool();
    closing(pool.close);
    const env = { PATH: process.env.PATH, ...apiEnvironment(databaseUrl, pool) };
    const [limit, ours] = ['limit', 'ours'].map((name) => () => startUpMs(files[name], env));
    // The first start migrates the database, and reads its files from the disk.
    await limit();
    await ours();
    say('7   process start until the first answer');
    const once = async () => {
      const comparison = compare(await pairedRuns({ limit, ours, rounds, say }));
      return [result('7', 'API, process start until the first answer', atMost(0.6), comparison)];
    };
    return untilValid(once, say);
  });
}

async function startUpMs(file, env) {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(file)], {
    env: { ...env, PORT: String(port) },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const gone = new globalThis.AbortController();
  child.once('exit', () => gone.abort());
  await answers(`http://127.0.0.1:${port}/health/live`, gone.signal);
  const took = performance.now() - began;
  if (gone.signal.aborted) throw new Error(`${file.pathname} did not start`);
  child.kill('SIGKILL');
  await exited;
  return took;
}
