import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { atLeast, atMost, result } from '../measure/goal.js';
import { startWorker } from '../measure/node-process.js';
import { compare, median, pairedRuns, untilValid } from '../measure/paired-runs.js';
import { startDatabase, withClosers } from '../parts/world.js';

export const about = 'usher migration plan against COPY of the same columns to a file, and its memory';

const rowsOfRound = 200_000;
const few = 100_000;
const many = 1_000_000;

/** Bytes a row: the digest of the address, and what the sorted copy and the garbage collector add. */
const mostBytesPerRow = 64;

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    const serverUrl = await startDatabase(closing);
    say(`P6  inserting ${rowsOfRound}, ${few} and ${many} rows`);
    const databases = {};
    for (const rows of [rowsOfRound, few, many]) databases[rows] = await fill(serverUrl, rows);
    const { ours, speeds } = await planner(closing, databases[rowsOfRound]);
    const copy = await copier(closing, databases[rowsOfRound]);
    await ours();
    const once = async () => {
      say('P6  plan, against COPY');
      const samples = await pairedRuns({ limit: copy, ours, rounds, say });
      return [result('P6-copy', 'plan, rows a second', atLeast(0.3), compare(samples))];
    };
    const results = await untilValid(once, say);
    const peaks = [];
    for (const rows of [few, many]) {
      const { peakKib } = await (await planner(closing, databases[rows])).plan();
      peaks.push(peakKib * 1024);
    }
    return [
      ...results,
      result('P6-rows', 'plan, rows a second', atLeast(50_000), { value: Math.round(median(speeds)) }),
      result('P6-memory', `peak of ${many} rows above that of ${few}, bytes a row`, atMost(mostBytesPerRow), {
        value: (peaks[1] - peaks[0]) / (many - few),
      }),
    ];
  });
}

/** Plans in a process of its own. */
async function planner(closing, url) {
  const runner = await startWorker(new URL('../parts/plan-runner.js', import.meta.url), { args: [url] });
  closing(runner.stop);
  const speeds = [];
  const plan = () => runner.ask({});
  const ours = async () => {
    const { rowsPerSecond } = await plan();
    speeds.push(rowsPerSecond);
    return rowsPerSecond;
  };
  return { plan, ours, speeds };
}

const columns =
  'id, email, encrypted_password, first_name, last_name, confirmed_at, locked_at, current_sign_in_at, last_sign_in_at, created_at';

async function copier(closing, url) {
  const client = await connect(url);
  closing(() => client.end());
  const { rows } = await client.query(`SELECT current_setting('data_directory') AS folder`);
  return async () => {
    const startedAt = performance.now();
    await client.query(`COPY (SELECT ${columns} FROM users) TO '${rows[0].folder}/copied'`);
    return rowsOfRound / ((performance.now() - startedAt) / 1000);
  };
}

async function connect(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** Mixed hashes; one of 1,000 rows shares its address with another. @returns the connection string of the new database */
async function fill(serverUrl, rows) {
  const server = await connect(serverUrl);
  await server.query(`CREATE DATABASE plan_${rows}`);
  await server.end();
  const url = new URL(serverUrl);
  url.pathname = `/plan_${rows}`;
  const client = await connect(url.href);
  await client.query(`CREATE TABLE users (id bigserial PRIMARY KEY, email varchar NOT NULL, encrypted_password varchar NOT NULL,
    first_name varchar, last_name varchar, confirmed_at timestamp, locked_at timestamp, current_sign_in_at timestamp,
    last_sign_in_at timestamp, created_at timestamp NOT NULL)`);
  await client.query(
    `INSERT INTO users (email, encrypted_password, first_name, last_name, confirmed_at, current_sign_in_at, last_sign_in_at, created_at)
     SELECT CASE WHEN n % 2000 < 2 THEN 'Shared-' || n / 2000 ELSE 'person-' || n END || '@example.com', (ARRAY[
         '$2a$12$' || left(digits, 21) || 'e' || left(digits, 30) || 'e',
         '$2b$10$' || left(digits, 21) || 'e' || left(digits, 30) || 'e',
         '$argon2id$v=19$m=65536,t=3,p=4$' || left(digits, 21) || 'A$' || left(digits, 42) || 'A',
         'pbkdf2_sha256$600000$' || left(digits, 22) || '$' || left(digits, 42) || 'A='])[1 + n % 4],
       'First' || n % 100, 'Last' || n % 1000, now(), now() - interval '1 day' * (n % 1000), now() - interval '1 day' * (n % 900), now()
     FROM (SELECT n, md5(n::text) || md5((-n)::text) AS digits FROM generate_series(1, $1::int) AS n) AS person`,
    [rows],
  );
  await client.query('VACUUM ANALYZE users');
  await client.end();
  return url.href;
}
