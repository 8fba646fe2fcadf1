import { pairedRuns, compare, untilValid } from '../measure/paired-runs.js';
import { atLeast, atMost, result } from '../measure/goal.js';
import { startWorker } from '../measure/node-process.js';
import { createCertificate } from '../parts/certificate.js';
import { startPart, withClosers } from '../parts/world.js';

export const about = 'sign-ins at a user pool that takes 30 ms, against undici';

const seconds = 2;

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    const certificate = await createCertificate(closing);
    const { port } = await startPart(closing, 'cognito-server.js', certificate.cert, certificate.key);
    const start = async (how) => {
      const worker = await startWorker(new URL('../parts/sign-in-calls.js', import.meta.url), {
        args: [`https://127.0.0.1:${port}`, how],
        env: { NODE_EXTRA_CA_CERTS: certificate.file, HOME: process.env.HOME },
      });
      closing(worker.stop);
      return worker;
    };
    const workers = { limit: await start('limit'), ours: await start('ours') };
    const { reads, strays } = await workers.ours.ask({});
    const run = (name) => async () => (await workers[name].ask({ seconds })).perSecond;
    const [limit, ours] = ['limit', 'ours'].map(run);
    await limit();
    await ours();
    say('5a  sign-ins');
    const once = async () => {
      const comparison = compare(await pairedRuns({ limit, ours, rounds, say }));
      return [result('5a', 'InitiateAuth a second, 16 at a time', atLeast(0.97), comparison)];
    };
    return [
      ...(await untilValid(once, say)),
      result('5b-files', 'files read at sign-in', atMost(0), { value: reads }),
      result('5b-hosts', 'connections to other hosts at sign-in', atMost(0), { value: strays }),
    ];
  });
}
