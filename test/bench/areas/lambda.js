import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startEndpoint, startHandler } from '../lambda/process-start.js';
import { pairedRuns, compare, median, untilValid } from '../measure/paired-runs.js';
import { atMost, result } from '../measure/goal.js';

export const about = 'the start of the migration Lambda against handlers without any framework, and its size';

const fileOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const files = {
  empty: fileOf('../lambda/empty-handler.js'),
  bare: fileOf('../lambda/bare-handler.js'),
  lambda: fileOf('../../../dist/migration-lambda/index.mjs'),
};

/** A start is short, and varies: so many times the rounds of other benchmarks. */
const times = 3;

export async function measure({ rounds, say }) {
  const endpoint = await startEndpoint();
  const run = (name) => () => startHandler(files[name], endpoint.url);
  const against = async (name, judge) => {
    say(`6   process start, against the ${name} handler`);
    const [limit, ours] = [run(name), run('lambda')];
    const once = async () => judge(await pairedRuns({ limit, ours, rounds: times * rounds, say }));
    return untilValid(once, say);
  };
  try {
    // The first processes of all read their files from the disk.
    for (const name of Object.keys(files)) await run(name)();
    return [
      ...(await against('empty', ofReady)),
      ...(await against('bare', ofAnswer)),
      result('6-size', 'KiB of the bundle', atMost(330), { value: statSync(files.lambda).size / 1024 }),
    ];
  } finally {
    endpoint.close();
  }
}

const ofReady = (samples) => [
  result(
    '6',
    'Lambda, process start until ready',
    atMost(1.5),
    compare(samples, ({ readyMs }) => readyMs),
  ),
  result('6-memory', 'MiB of the process when ready', atMost(60), {
    value: median(samples.flatMap(({ ours }) => ours.map(({ rssMiB }) => rssMiB))),
  }),
];

const ofAnswer = (samples) => [
  result(
    '6-answer',
    'Lambda, process start until the first answer',
    atMost(2),
    compare(samples, ({ answerMs }) => answerMs),
  ),
];
