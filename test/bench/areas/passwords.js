import bcrypt from 'bcryptjs';
import pg from 'pg';
import { pairedRuns, compare, quantile, untilValid } from '../measure/paired-runs.js';
import { atLeast, atMost, result } from '../measure/goal.js';
import { getRequest, postRequest, startLoad, underLoad } from '../measure/load.js';
import { migrationToken, startApi, startPart, withClosers } from '../parts/world.js';

export const about = 'password checks of POST /aws/auth against native bcrypt, and a GET meanwhile';

const cost = 10;
const checksAtOnce = 8;
const seconds = 2;
/** A 99th percentile takes more requests to be one. */
const secondsOfGets = 4;
const people = 50;
const questions = 5000;

// bcrypt reads no further: with anything behind it, it is another question to us and the same work for everybody.
const password = 'correct horse battery staple '.repeat(3).slice(0, 72);

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    const { native, ours, idle, busy } = await prepare(closing, say);
    const checks = async () => {
      say('P1  checks, against native bcrypt');
      const samples = await pairedRuns({ limit: native, ours, rounds, say });
      const comparison = compare(samples, ({ perCpuSecond }) => perCpuSecond);
      return [result('P1', 'POST /aws/auth, checks a CPU second', atLeast(0.88), comparison)];
    };
    const meanwhile = async () => {
      say('P2  an unrelated GET, against the same without checks');
      await busy();
      const samples = await pairedRuns({ limit: idle, ours: busy, rounds, say });
      const comparison = compare(samples, ({ latencies }) => quantile(latencies, 0.99));
      return [result('P2', 'GET meanwhile, 99th percentile', atMost(2), comparison)];
    };
    return [...(await untilValid(checks, say)), ...(await untilValid(meanwhile, say))];
  });
}

async function prepare(closing, say) {
  say('starting the API, and native bcrypt behind node:http');
  const hash = bcrypt.hashSync(password, cost);
  const api = await startApi(closing);
  await addPeople(api.databaseUrl, hash);
  const limit = await startPart(closing, 'native-bcrypt-server.js', hash);
  const load = async (server, settings) => {
    const started = await startLoad({ port: server.port, ...settings });
    closing(started.stop);
    await started.run(2);
    return started;
  };
  const checks = { requests: Array.from({ length: questions }, question), connections: checksAtOnce };
  const ours = await load(api, checks);
  const native = await load(limit, checks);
  const gets = await load(api, { requests: [getRequest('/health/live')], connections: 4, pauseMs: 5 });
  const idle = () => underLoad(api, gets, secondsOfGets);
  return {
    native: () => underLoad(limit, native, seconds),
    ours: () => underLoad(api, ours, seconds),
    idle,
    busy: async () => (await Promise.all([idle(), ours.run(secondsOfGets)]))[0],
  };
}

const question = (_, index) =>
  postRequest('/aws/auth', {
    email: emailOf(index % people),
    password: `${password}${index}`,
    access_token: migrationToken,
  });

const emailOf = (index) => `person${index}@example.com`;

async function addPeople(databaseUrl, hash) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
     SELECT email, $2, now(), now(), now() FROM unnest($1::text[]) AS email`,
    [Array.from({ length: people }, (_, index) => emailOf(index)), hash],
  );
  await client.end();
}
