import { pairedRuns, compare, untilValid } from '../measure/paired-runs.js';
import { atLeast, atMost, result } from '../measure/goal.js';
import { startWorker } from '../measure/node-process.js';
import { startDatabase, withClosers } from '../parts/world.js';

export const about = 'the row of somebody who signs in, against the same statements prepared with pg';

const seconds = 1.5;

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    say('starting PostgreSQL, adding 10,000 people');
    const databaseUrl = await startDatabase(closing);
    const worker = await startWorker(new URL('../parts/sign-in-rows.js', import.meta.url), {
      args: [databaseUrl],
    });
    closing(worker.stop);
    const run = (name) => async () => (await worker.ask({ name, seconds })).perSecond;
    const against = async (goal, what, names) => {
      const [limit, ours] = names.map(run);
      await limit();
      await ours();
      say(`${goal}  ${what}`);
      const once = async () => [
        result(
          goal,
          `${what} a second`,
          atLeast(0.95),
          compare(await pairedRuns({ limit, ours, rounds, say })),
        ),
      ];
      return untilValid(once, say);
    };
    const { statements, writes } = await worker.ask({ name: 'count' });
    return [
      ...(await against('4a', 'rows of new people', ['newLimit', 'newOurs'])),
      ...(await against('4b', 'rows of known people', ['knownLimit', 'knownOurs'])),
      result('4b-statements', 'statements for the row of a known person', atMost(1), { value: statements }),
      result('4b-writes', 'rows of users written for a known person', atMost(0), { value: writes }),
    ];
  });
}
