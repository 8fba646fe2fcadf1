/**
 * From process start to the first answer: the bundle against a handler without any framework, as a ratio within one run.
 * `npm run bench:lambda -- --help`
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { firstAnswer, startEndpoint } from './process-start.js';

const LIMIT = 2;
const FEWEST_ROUNDS = 15;
const TRIES = 5;

const help = `How much longer does the migration Lambda take from process start to its first answer than a bare handler?

npm run bench:lambda -- [--rounds N] [--json]

  --rounds N  rounds of a run, ${FEWEST_ROUNDS} or more (default 30). A round starts four processes: bare, Lambda, Lambda, bare
  --json      one line of JSON on standard output, nothing else
  --help      this text

The bare handler is also compared with itself, its first place in the rounds with its last. That control must lie within
0.95 and 1.05, or the machine was too busy: the run is void and made again, ${TRIES} times at most.
Status 0: at most ${LIMIT} times as long. Status 1: longer. Status 2: no run was valid, or the arguments are wrong.
`;

const files = {
  bare: fileURLToPath(new URL('bare-handler.js', import.meta.url)),
  lambda: fileURLToPath(new URL('../../../dist/migration-lambda/index.mjs', import.meta.url)),
};

function readArguments() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < FEWEST_ROUNDS) throw new Error('--rounds: 15 or more');
  return { ...values, rounds };
}

/** ABBA: whatever else the machine does, or drifts into, hits both. */
async function run(rounds, apiUrl, say) {
  const times = { bareFirst: [], lambda: [], bareLast: [] };
  for (let round = 1; round <= rounds; round += 1) {
    times.bareFirst.push(await firstAnswer(files.bare, apiUrl));
    times.lambda.push(await firstAnswer(files.lambda, apiUrl), await firstAnswer(files.lambda, apiUrl));
    times.bareLast.push(await firstAnswer(files.bare, apiUrl));
    if (round % 10 === 0) say(`  ${round} of ${rounds} rounds`);
  }
  const bareMs = median([...times.bareFirst, ...times.bareLast]);
  const lambdaMs = median(times.lambda);
  const control = median(times.bareFirst) / median(times.bareLast);
  return { ratio: lambdaMs / bareMs, control, bareMs, lambdaMs, isValid: control >= 0.95 && control <= 1.05 };
}

async function measure(rounds, say) {
  const endpoint = await startEndpoint();
  try {
    // The first processes of all read their files from the disk.
    for (const file of Object.values(files)) await firstAnswer(file, endpoint.url);
    for (let left = TRIES; left > 0; left -= 1) {
      const result = await run(rounds, endpoint.url, say);
      if (result.isValid) return result;
      say(`void: the bare handler against itself is ${result.control.toFixed(3)}, not within 0.95 and 1.05`);
    }
    return undefined;
  } finally {
    endpoint.close();
  }
}

function report(result, { rounds, json }) {
  const isMet = result !== undefined && result.ratio <= LIMIT;
  if (json) {
    console.log(JSON.stringify({ ...result, isValid: result !== undefined, limit: LIMIT, isMet, rounds }));
  } else if (result === undefined) {
    console.log('VOID  no run was valid: the machine is too busy');
  } else {
    const { ratio, control, bareMs, lambdaMs } = result;
    console.log(
      `${isMet ? 'ok  ' : 'MISS'}  process start to first answer, against a bare handler: ${ratio.toFixed(2)} (limit at most ${LIMIT})`,
    );
    console.log(
      `      medians: ${lambdaMs.toFixed(1)} and ${bareMs.toFixed(1)} ms; control ${control.toFixed(3)}`,
    );
  }
  return result === undefined ? 2 : isMet ? 0 : 1;
}

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

async function main() {
  const options = readArguments();
  if (options.help) return process.stdout.write(help);
  const say = options.json ? () => {} : console.log;
  say(`${options.rounds} rounds of four processes each`);
  process.exitCode = report(await measure(options.rounds, say), options);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 2;
});
