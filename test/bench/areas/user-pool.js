import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairedRuns, compare, untilValid } from '../measure/paired-runs.js';
import { atLeast, atMost, result } from '../measure/goal.js';
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
    const against = (wanted, what, runs) => {
      say(what);
      const once = async () => [
        result(what, 'user pool', wanted, compare(await pairedRuns({ ...runs, rounds, say }))),
      ];
      return untilValid(once, say);
    };
    return [
      ...(await against(atLeast(10), 'sign-ins a second against cognito-local', {
        limit: () => other(100),
        ours: () => small.signIn(1000),
      })),
      ...(await against(atLeast(1 / 1.3), `sign-ins a second with ${many} users against ${few}`, {
        limit: () => small.signIn(1000),
        ours: () => large.signIn(1000),
      })),
      await memoryGrowth(small, say),
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
  return { signIn, memory: server.memory };
}

async function startOther(closing, directory) {
  const { url, stop } = await startCognitoLocal(join(directory, 'cognito-local'));
  closing(stop);
  const { poolId, clientId } = await createPool(url);
  for (let index = 0; index < few; index += 1) await createUser(url, poolId, index);
  return (count) => signIns({ url, clientId, users: few }, count);
}

async function memoryGrowth({ signIn, memory }, say) {
  say('memory');
  await signIn(10_000);
  const before = memory();
  await signIn(90_000);
  const value = memory() / before;
  return result('memory after 90,000 further sign-ins', 'user pool', atMost(1.3), { value });
}
