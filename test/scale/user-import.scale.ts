import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CognitoIdentityProvider,
  type ListUsersCommandOutput,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUserPool, type UserPoolServer } from '../../apps/user-pool/src/server.js';
import { signingKeys } from '../../apps/user-pool/test/signing-keys.js';
import { createPool, region } from '../support/builders/test-pool.js';
import { createDatabase, type TestDatabase } from '../support/drivers/database.js';
import { until } from '../support/drivers/until.js';

const people = Number(process.env.SCALE_IMPORT_USERS ?? 1_000_000);
const kills = 5;
const longestMs = 60 * 60_000;

/** Bytes of memory, whatever the number of users. */
const largestProcess = 512 * 1024 * 1024;

/** Of a file, in Cognito. */
const mostRows = 500_000;

const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

/** Hashes by the remainder of the number: the first convert, each for another algorithm, and the last three do not. */
const hash = `(ARRAY[
  '$2a$12$' || left(digits, 21) || 'e' || left(digits, 30) || 'e', '$2b$10$' || left(digits, 21) || 'e' || left(digits, 30) || 'e',
  '$2y$12$' || left(digits, 21) || 'e' || left(digits, 30) || 'e', '$2b$04$' || left(digits, 21) || 'e' || left(digits, 30) || 'e',
  '$argon2id$v=19$m=19456,t=2,p=1$' || left(digits, 21) || 'A$' || left(digits, 42) || 'A',
  'pbkdf2_sha256$600000$' || left(digits, 22) || '$' || left(digits, 42) || 'A=',
  'scrypt:32768:8:1$' || left(digits, 16) || '$' || digits || digits,
  '$2b$13$' || left(digits, 21) || 'e' || left(digits, 30) || 'e', '$6$' || left(digits, 16) || '$' || left(digits || digits, 85) || '.', ''
])[1 + n % 10]`;
const converting = 7;

/** Of 1,000 people: one has a name that no file can hold, one is blocked, one has an attribute that the pool refuses. */
const insert = `
  INSERT INTO users (email, encrypted_password, confirmed_at, deleted_at, first_name)
  SELECT 'person-' || n || '@example.com', ${hash}, now(), CASE WHEN n % 1000 = 1 THEN now() END,
    CASE n % 1000 WHEN 0 THEN E'x\\nforged' WHEN 2 THEN 'Ada' ELSE (n % 100)::text END
  FROM (SELECT n, md5(n::text) || md5((-n)::text) AS digits FROM generate_series($1::int, $2::int) AS n) AS person`;

let database: TestDatabase;
let pool: UserPoolServer;
let cognito: CognitoIdentityProvider;
let userPoolId: string;
let folder: string;
let environment: Record<string, string | undefined>;

beforeAll(async () => {
  database = await createDatabase();
  await database.sql(`CREATE TABLE users (id bigserial PRIMARY KEY, email varchar, encrypted_password varchar,
    confirmed_at timestamp, deleted_at timestamp, first_name varchar)`);
  const step = 100_000;
  for (let start = 0; start < people; start += step)
    await database.sql(insert, [start, Math.min(start + step, people) - 1]);
  await database.sql('ANALYZE users');
  const dataSource = await database.migrate();
  await dataSource.query(`CREATE OR REPLACE FUNCTION usher.is_blocked(users) RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT ($1).deleted_at IS NOT NULL $$`);
  await database.sql('ANALYZE users');
  pool = await startUserPool({ signingKeys: signingKeys() });
  // The quota of an account for requests of ListUsers, so that reading the pool does not take most of the time.
  pool.account.replace({ limits: { UserList: 3000 } });
  cognito = new CognitoIdentityProvider({
    ...{ endpoint: pool.url, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } },
  });
  const Schema = [
    { Name: 'rails_app_id', AttributeDataType: 'String' as const, Mutable: true },
    { Name: 'age', AttributeDataType: 'Number' as const, Mutable: true },
  ];
  ({ userPoolId } = await createPool(cognito, { pool: { Schema, LambdaConfig: undefined } }));
  folder = await mkdtemp(join(tmpdir(), 'usher-import-'));
  environment = {
    PATH: process.env.PATH,
    ...{ DATABASE_URL: database.url, AWS_REGION: region, AWS_COGNITO_USER_POOL_ID: userPoolId },
    ...{ AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: pool.url, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: pool.url },
    ...{
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      USER_ATTRIBUTES: 'custom:age=first_name, name=',
    },
  };
  say(`${people} rows inserted`);
}, longestMs);
afterAll(async () => {
  cognito.destroy();
  await pool.close();
  await database.drop();
  await rm(folder, { recursive: true });
}, longestMs);

interface Run {
  child: ChildProcess;
  closed: Promise<[number | null, NodeJS.Signals | null]>;
  output: { out: string; err: string };
}

function start(...argv: string[]): Run {
  const child = spawn(process.execPath, [main, 'migration', 'import', '--dir', folder, '--json', ...argv], {
    env: environment,
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (output.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.err += data.toString()));
  return { child, output, closed: once(child, 'close') as Run['closed'] };
}

/** Bytes of memory. */
async function residentSize({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

const count = async (text: string) =>
  (await database.sql<{ n: number }>(`SELECT count(*)::int AS n ${text}`))[0]?.n ?? 0;

/** The stages of an import, at each of which a run is killed once, a moment after it was reached. */
const stages: Record<string, () => Promise<boolean>> = {
  writing: async () => (await count(`FROM usher.imports`)) > people / 10,
  written: async () => (await count(`FROM usher.import_files WHERE state = 'sending'`)) > 0,
  sent: async () => (await count(`FROM usher.import_files WHERE state = 'started'`)) > 0,
  done: async () => (await count(`FROM usher.import_files WHERE state = 'done'`)) > 1,
  linking: async () => (await count(`FROM usher.imports WHERE state = 'imported'`)) > 0,
};

/** Whether a number converts, and why its person is not in a file or not imported. */
const isWritten = (n: number) => n % 10 < converting && n % 1000 !== 0 && n % 1000 !== 1;
const isRejected = (n: number) => n % 1000 === 2;

describe(`the import of ${people} users`, () => {
  it(
    'judges everybody with flat memory',
    async () => {
      const run = start('--dry-run');
      let most = 0;
      const timer = setInterval(
        () => void residentSize(run.child).then((size) => (most = Math.max(most, size))),
        100,
      );
      expect(await run.closed).toEqual([0, null]);
      clearInterval(timer);
      say(`judged; ${Math.round(most / 1024 / 1024)} MB`);
      expect(most).toBeLessThan(largestProcess);
    },
    longestMs,
  );

  it(
    'is exact, though it was killed five times',
    async () => {
      for (const [stage, isReached] of Object.entries(stages).slice(0, kills)) {
        const run = start();
        const ended = run.closed.then(() => true);
        await until(
          async () => (await Promise.race([ended, isReached()])) || run.child.exitCode !== null,
          longestMs,
        );
        await new Promise((resolve) => setTimeout(resolve, randomInt(300)));
        run.child.kill('SIGKILL');
        const [status, signal] = await run.closed;
        say(`killed at stage ${stage}: ${status ?? signal} ${run.output.err.split('\n').slice(-2)[0]}`);
        // PostgreSQL may not have noticed yet that the process is gone.
        await until(
          async () => (await count(`FROM pg_locks WHERE locktype = 'advisory' AND objid = 467678`)) === 0,
          60_000,
        );
      }
      const run = start();
      let most = 0;
      const timer = setInterval(
        () => void residentSize(run.child).then((size) => (most = Math.max(most, size))),
        200,
      );
      const [status] = await run.closed;
      clearInterval(timer);
      say(
        `completed with ${status}; ${Math.round(most / 1024 / 1024)} MB; ${run.output.err.split('\n').slice(-2)[0]}`,
      );
      expect(most).toBeLessThan(largestProcess);
      expect({ status, err: run.output.err.replace(/^.* \.\.\.\n/gm, '') }).toEqual({ status: 0, err: '' });

      const numbers = Array.from({ length: people }, (_, n) => n);
      const rejected = numbers.filter((n) => isWritten(n) && isRejected(n)).length;
      const imported = numbers.filter((n) => isWritten(n) && !isRejected(n)).length;
      const { states } = JSON.parse(run.output.out) as { states: Record<string, number> };
      expect(states).toEqual({ imported, import_rejected: rejected });
      // By number: the row with the id n + 1.
      const wrong = await database.sql(
        `SELECT users.id, email, imports.state FROM users LEFT JOIN usher.imports ON user_id = users.id
         WHERE (imports.state IS NOT NULL) <> ((users.id - 1) % 10 < ${converting} AND (users.id - 1) % 1000 NOT IN (0, 1))
           OR (imports.state = 'import_rejected') <> ((users.id - 1) % 1000 = 2)
           OR (imports.state = 'imported') <> (cognito_sub IS NOT NULL AND cognito_sub = imports.sub) LIMIT 10`,
      );
      expect(wrong).toEqual([]);
      // Nobody is in the pool twice, or without being in a file.
      const subs = new Set<string>();
      let [inPool, token]: [number, string | undefined] = [0, undefined];
      do {
        const request = { UserPoolId: userPoolId, Limit: 60, PaginationToken: token };
        const page: ListUsersCommandOutput = await cognito.listUsers(request);
        for (const { Attributes = [] } of page.Users ?? []) {
          inPool += 1;
          subs.add(Attributes.find(({ Name }) => Name === 'sub')?.Value ?? '');
        }
        token = page.PaginationToken;
      } while (token !== undefined);
      expect({ inPool, subs: subs.size }).toEqual({ inPool: imported, subs: imported });
      expect(await count(`FROM users WHERE cognito_sub IS NOT NULL`)).toBe(imported);
      const files = await database.sql<{ state: string; rows: number; bytes: number }>(
        'SELECT state, rows, bytes::int FROM usher.import_files',
      );
      for (const { state, rows, bytes } of files) {
        expect(state).toBe('done');
        expect(rows).toBeLessThanOrEqual(mostRows);
        expect(bytes).toBeLessThanOrEqual(100_000_000);
      }
      expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
    },
    longestMs,
  );
});
