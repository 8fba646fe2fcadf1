/** What a sign-in asks the users table: through the API's own classes, and through pg alone with the same prepared statements. */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { dataSourceOptions } from '../../../dist/src/common/database/data-source.js';
import { Database } from '../../../dist/src/common/database/database.js';
import { openMigratedDataSource } from '../../../dist/src/common/database/data-source.js';
import { AccountLinkingService } from '../../../dist/src/users/account-linking.service.js';
import { UsersRepository } from '../../../dist/src/users/users.repository.js';
import * as sql from '../../../dist/src/users/user-link.sql.js';
import { answerTo } from '../measure/worker.js';

const atOnce = 16;
const people = 10_000;
const userPoolId = 'us-east-1_benchmark';

const dataSource = await openMigratedDataSource(dataSourceOptions(process.argv[2]));
const users = new UsersRepository(new Database(dataSource));
const linking = new AccountLinkingService(users, { legacyHash: 'keep' }, { userPoolId });
const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
// Gives up as the API does: a timer for each statement.
const send = ({ name, text }, values) => pool.query({ name, text, values, query_timeout: 5000 });

const subs = Array.from({ length: people }, () => randomUUID());
await pool.query({
  text: `INSERT INTO users (email, cognito_sub, cognito_linked_at, encrypted_password, confirmed_at, created_at, updated_at)
    SELECT sub || '@example.com', sub, now(), '', now(), now(), now() FROM unnest($1::text[]) AS sub`,
  values: [subs],
});
await pool.query('ANALYZE users');

const newSub = () => randomUUID();
const knownSub = () => subs[Math.floor(Math.random() * people)];
const identityOf = (sub) => ({ sub, email: `${sub}@example.com`, emailVerified: true });

async function preparedInsert() {
  const { sub, email } = identityOf(newSub());
  await send(sql.findSignedIn, [sub]);
  await send(sql.findToLink, [[email]]);
  await send(sql.insert, [email, sub, userPoolId, [email]]);
}

const work = {
  newLimit: preparedInsert,
  newOurs: () => linking.link(identityOf(newSub())),
  knownLimit: () => send(sql.findSignedIn, [knownSub()]),
  knownOurs: () => linking.link(identityOf(knownSub())),
};

async function run({ name, seconds }) {
  const began = performance.now();
  const until = began + 1000 * seconds;
  let done = 0;
  const worker = async () => {
    while (performance.now() < until) {
      await work[name]();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { perSecond: (1000 * done) / (performance.now() - began) };
}

/** Statements that one sign-in of a known person sends, and rows that it writes. */
async function countOfKnown() {
  let statements = 0;
  const count = () => (statements += 1);
  const before = await written();
  dataSource.driver.master.on('acquire', count);
  await linking.link(identityOf(knownSub()));
  dataSource.driver.master.off('acquire', count);
  return { statements, writes: (await written()) - before };
}

/** PostgreSQL 18 counts a session's changes once it is idle; here it is told to count now. */
async function written() {
  const client = await dataSource.driver.master.connect();
  try {
    await client.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await client.query(
      `SELECT n_tup_ins + n_tup_upd + n_tup_del AS rows FROM pg_stat_user_tables WHERE relname = 'users'`,
    );
    return Number(rows[0].rows);
  } finally {
    client.release();
  }
}

answerTo((message) => (message.name === 'count' ? countOfKnown() : run(message)));
