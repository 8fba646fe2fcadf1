import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startEndpoint, startHandler } from '../lambda/process-start.js';
import { pairedRuns, compare, untilValid } from '../measure/paired-runs.js';
import { atMost, result } from '../measure/goal.js';

export const about = 'the start of the migration Lambda against a handler without framework, and its size';

const fileOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const files = {
  bare: fileOf('../lambda/bare-handler.js'),
  lambda: fileOf('../../../dist/migration-lambda/index.mjs'),
};

/** A start is short, and varies: so many times the rounds of other benchmarks. */
const times = 3;

export async function measure({ rounds, say }) {
  const endpoint = await startEndpoint();
  const run = (name) => () => startHandler(files[name], endpoint.url);
  try {
    // The first processes of all read their files from the disk.
    for (const name of Object.keys(files)) await run(name)();
    say('P5  process start until ready, against a handler without framework');
    const once = async () => {
      const runs = { limit: run('bare'), ours: run('lambda'), rounds: times * rounds, say };
      const comparison = compare(await pairedRuns(runs), ({ readyMs }) => readyMs);
      return [result('P5', 'Lambda, process start until ready', atMost(1.5), comparison)];
    };
    const size = { value: statSync(files.lambda).size / 1024 };
    return [...(await untilValid(once, say)), result('P5-size', 'KiB of the bundle', atMost(350), size)];
  } finally {
    endpoint.close();
  }
}
