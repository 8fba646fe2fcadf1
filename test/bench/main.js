/**
 * Benchmarks as ratios to a limit measured in the same run: `npm run bench -- --help`, docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import * as lambda from './areas/lambda.js';
import * as passwords from './areas/passwords.js';
import * as plan from './areas/plan.js';
import * as signIn from './areas/sign-in.js';
import * as userPool from './areas/user-pool.js';
import * as usersMe from './areas/users-me.js';
import { report, statusOf } from './report.js';

const areas = { passwords, 'users-me': usersMe, 'sign-in': signIn, lambda, plan, 'user-pool': userPool };

const fewestRounds = 10;

const help = `Measures Usher as ratios to a limit from the same run (docs/benchmarks.md).

npm run bench -- [--only AREA]... [--rounds N] [--json]

  --only AREA  measure this area only; can be repeated:
${Object.entries(areas)
  .map(([name, { about }]) => `                 ${name.padEnd(10)} ${about}`)
  .join('\n')}
  --rounds N   rounds per comparison, at least ${fewestRounds} (default ${fewestRounds})
  --json       one line of JSON on standard output
  --help       this text

Exit status 0: all goals are met. 1: a goal is missed. 2: wrong arguments, or a benchmark failed. 3: a comparison was void in
all attempts because the machine was too busy.
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
    throw new UsageError(`--rounds must be at least ${fewestRounds}`);
  const unknown = values.only.find((name) => !(name in areas));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: unknown area, see --help`);
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
      // Continue with the other areas.
      say(`${name} failed: ${error.stack}`);
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
