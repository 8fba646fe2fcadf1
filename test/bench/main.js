/**
 * What Usher's parts do, as ratios to a limit measured in the same run: `npm run bench -- --help`, docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import * as cognito from './areas/cognito.js';
import * as database from './areas/database.js';
import * as http from './areas/http.js';
import * as lambda from './areas/lambda.js';
import * as passwords from './areas/passwords.js';
import * as start from './areas/start.js';
import * as tokens from './areas/tokens.js';
import * as userPool from './areas/user-pool.js';
import { report, statusOf } from './report.js';

const areas = { passwords, tokens, http, database, cognito, lambda, start, 'user-pool': userPool };

const fewestRounds = 10;

const help = `What Usher's parts do, as ratios to a limit measured in the same run (docs/benchmarks.md).

npm run bench -- [--only AREA]... [--rounds N] [--json]

  --only AREA  one area, may be given several times:
${Object.entries(areas)
  .map(([name, { about }]) => `                 ${name.padEnd(10)} ${about}`)
  .join('\n')}
  --rounds N   rounds of a comparison, ${fewestRounds} or more (default ${fewestRounds})
  --json       one line of JSON on standard output
  --help       this text

Status 0: every goal is reached. Status 1: one is missed. Status 2: wrong arguments, or a benchmark broke. Status 3: a run
was void each time, because the machine was too busy to tell.
`;

class UsageError extends Error {}

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: Object.keys(areas) },
      rounds: { type: 'string', default: String(fewestRounds) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < fewestRounds)
    throw new UsageError(`--rounds: ${fewestRounds} or more`);
  const unknown = values.only.find((name) => !(name in areas));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there is no such area, see --help`);
  return { ...values, rounds };
}

async function main() {
  const { help: wantsHelp, only, rounds, json } = readArguments();
  if (wantsHelp) return process.stdout.write(help);
  const say = (line) => process.stderr.write(`${line}\n`);
  const results = [];
  for (const [name, { measure }] of Object.entries(areas)) {
    if (!only.includes(name)) continue;
    try {
      for (const result of await measure({ rounds, say })) results.push({ area: name, ...result });
    } catch (error) {
      // The others can still be measured.
      say(`${name} broke: ${error.stack}`);
      process.exitCode = 2;
    }
  }
  process.stdout.write(report(results, { json, rounds }));
  process.exitCode ??= statusOf(results);
}

main().catch((error) => {
  const isUsage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isUsage ? error.message : error.stack}\n`);
  process.exitCode = 2;
});
