import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairedRuns, compare, untilValid } from '../measure/paired-runs.js';
import { atLeast, result } from '../measure/goal.js';
import { withClosers } from '../parts/world.js';
import { createPool, createUser, signIns } from '../user-pool/load.js';
import { seed } from '../user-pool/seed.js';
import { startCognitoLocal, startUserPool } from '../user-pool/servers.js';

export const about = 'the local user pool against cognito-local (from the registry) and itself';

const few = 1000;
const many = 100_000;

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    const directory = mkdtempSync(join(tmpdir(), 'user-pool-bench-'));
    closing(() => rmSync(directory, { recursive: true, force: true }));
    say('starting cognito-local, and the user pool with few and with many users');
    const small = await startOurs(closing, directory, few);
    const large = await startOurs(closing, directory, many);
    const other = await startOther(closing, directory);
    const against = (goal, wanted, what, runs) => {
      say(`${goal}  ${what}`);
      const once = async () => [
        result(goal, what, wanted, compare(await pairedRuns({ ...runs, rounds, say }))),
      ];
      return untilValid(once, say);
    };
    return [
      ...(await against('P8-peer', atLeast(10), 'user pool, sign-ins a second against cognito-local', {
        limit: () => other(100),
        ours: () => small.signIn(1000),
      })),
      ...(await against(
        'P8-users',
        atLeast(0.77),
        `user pool, sign-ins a second with ${many} users against ${few}`,
        {
          limit: () => small.signIn(1000),
          ours: () => large.signIn(1000),
        },
      )),
    ];
  });
}

/** The server is given its warm-up, as everybody else. */
async function startOurs(closing, directory, users) {
  const { folder, clientId } = await seed(directory, users);
  const server = await startUserPool(folder);
  closing(server.stop);
  const signIn = (count) => signIns({ url: server.url, clientId, users }, count);
  await signIn(500);
  return { signIn };
}

async function startOther(closing, directory) {
  const { url, stop } = await startCognitoLocal(join(directory, 'cognito-local'));
  closing(stop);
  const { poolId, clientId } = await createPool(url);
  for (let index = 0; index < few; index += 1) await createUser(url, poolId, index);
  return (count) => signIns({ url, clientId, users: few }, count);
}
