import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import bcrypt from 'bcryptjs';
import pg from 'pg';
import { freePort } from '../../../dist/apps/local-stack/src/ports.js';
import { compare, pairedRuns, untilValid } from '../measure/paired-runs.js';
import { atMost, result } from '../measure/goal.js';
import { startServer, startWorker } from '../measure/node-process.js';
import {
  apiEnvironment,
  builtApi,
  migrationToken,
  startDatabase,
  startPart,
  withClosers,
} from '../parts/world.js';

export const about =
  'CPU time of a first sign-in (API, function and local pool) against the hash check alone';

const cost = 12;
const atOnce = 2;
const signIns = 12;
const warmUp = 24;
// bcrypt ignores what follows 72 bytes, so that each user has another password with the same hash: equal checks share one result.
const password = 'correct horse battery staple 1 '.repeat(3).slice(0, 72);
const fileOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const pools = fileOf('../../../docker/pools.json');
const poolId = 'us-east-1_compose01';

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    say('starting the API, the function and the local user pool');
    const hash = bcrypt.hashSync(password, cost);
    const world = await startWorld(closing);
    // Each attempt of a comparison signs in new users.
    await addUsers(world.databaseUrl, hash, warmUp + 3 * 2 * rounds * signIns);
    await signInNew(world, warmUp);
    const checks = await startWorker(new URL('../parts/password-checks.js', import.meta.url), {
      args: [password, hash],
    });
    closing(checks.stop);
    const limit = async () => (await checks.ask({ times: signIns })).cpuMs;
    await limit();
    say('P4  first sign-ins, against the hash check alone');
    const once = async () => {
      const samples = await pairedRuns({ limit, ours: () => cpuOf(world), rounds, say });
      return [
        result('P4', 'CPU time of a first sign-in, to a check of its hash', atMost(1.2), compare(samples)),
      ];
    };
    return untilValid(once, say);
  });
}

async function cpuOf(world) {
  await Promise.all(world.servers.map((server) => server.ask('begin')));
  await signInNew(world, signIns);
  const measured = await Promise.all(world.servers.map((server) => server.ask('end')));
  return measured.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

let next = 0;

async function signInNew({ apiUrl }, count) {
  const last = next + count;
  const worker = async () => {
    while (next < last) {
      const body = JSON.stringify({ email: emailOf(next), password: `${password}${next++}` });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${apiUrl}/auth/sign-in`, { method: 'POST', headers, body });
      if (response.status !== 200) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function startWorld(closing) {
  const databaseUrl = await startDatabase(closing);
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const lambda = await startPart(closing, 'function-host.js', apiUrl, migrationToken);
  const poolPort = await freePort();
  const data = mkdtempSync(join(tmpdir(), 'usher-bench-pool-'));
  closing(() => rmSync(data, { recursive: true, force: true }));
  const poolUrl = `http://127.0.0.1:${poolPort}`;
  const ofPool = { port: poolPort, url: poolUrl, data, pools, lambda: `http://127.0.0.1:${lambda.port}` };
  const userPool = await startServer(new URL('../../../dist/apps/user-pool/src/main.js', import.meta.url), {
    port: poolPort,
    path: `/${poolId}/.well-known/jwks.json`,
    args: Object.entries(ofPool).flatMap(([name, value]) => [`--${name}`, String(value)]),
  });
  closing(userPool.stop);
  const env = {
    ...apiEnvironment(databaseUrl, { clientId: 'usherincompose', issuer: `${poolUrl}/${poolId}` }),
    AWS_COGNITO_USER_POOL_ID: poolId,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    PORT: String(port),
  };
  const api = await startServer(builtApi, { port, path: '/health/live', env });
  closing(api.stop);
  return { apiUrl, databaseUrl, servers: [api, lambda, userPool] };
}

const emailOf = (index) => `person${index}@example.com`;

async function addUsers(databaseUrl, hash, count) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
     SELECT email, $2, now(), now(), now() FROM unnest($1::text[]) AS email`,
    [Array.from({ length: count }, (_, index) => emailOf(index)), hash],
  );
  await client.query('ANALYZE users');
  await client.end();
}
