import { pairedRuns, compare, untilValid } from '../measure/paired-runs.js';
import { atLeast, result } from '../measure/goal.js';
import { startWorker } from '../measure/node-process.js';
import { startTokenPool } from '../parts/tokens.js';
import { withClosers } from '../parts/world.js';

export const about = 'the check of a token against node:crypto and JSON.parse';

const times = 3000;

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    const { jwk, issuer, clientId, idToken, close } = await startTokenPool();
    closing(close);
    const worker = await startWorker(new URL('../parts/token-verifier.js', import.meta.url), {
      args: [JSON.stringify({ jwk, issuer, clientId, token: idToken() })],
    });
    closing(worker.stop);
    const run = async (name) => (await worker.ask({ name, times })).perCpuSecond;
    const limit = () => run('limit');
    const ours = () => run('ours');
    await limit();
    await ours();
    say('2a  tokens checked');
    const once = async () => {
      const comparison = compare(await pairedRuns({ limit, ours, rounds, say }));
      return [result('2a', 'new tokens checked a CPU second', atLeast(0.8), comparison)];
    };
    return untilValid(once, say);
  });
}
