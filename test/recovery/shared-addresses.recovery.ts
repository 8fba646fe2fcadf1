import bcrypt from 'bcryptjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { run } from '../../src/cli/run.js';
import { createDeviseDatabase, type TestDatabase } from '../support/drivers/database.js';
import { legacyUser } from '../support/builders/addresses.js';
import { resetByMail } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

let usher: Usher;
afterEach(() => usher.close());

const hashOf = (password: string) => bcrypt.hashSync(password, 4);

interface Person {
  email: string;
  password: string;
  account?: number;
  deletedAt?: string;
}

/** A table whose uniqueness is scoped to a tenant, with soft-deleted rows. */
async function withPeople(...people: Person[]): Promise<TestDatabase> {
  const database = await createDeviseDatabase();
  await database.sql(`
    ALTER TABLE users ADD COLUMN account_id bigint DEFAULT 1, ADD COLUMN deleted_at timestamp;
    DROP INDEX index_users_on_email;
    CREATE UNIQUE INDEX index_users_on_account_and_email ON users (account_id, email) WHERE deleted_at IS NULL;
  `);
  for (const { email, password, account = 1, deletedAt = null } of people)
    await database.sql(
      `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at, account_id, deleted_at)
       VALUES ($1, $2, now(), now(), now(), $3, $4)`,
      [email, hashOf(password), account, deletedAt],
    );
  return database;
}

const twins = (email: string): Person[] => [
  { email, password: 'password-of-one-1', account: 1 },
  { email, password: 'password-of-other-1', account: 2 },
];

const rowsOf = (email: string) =>
  usher.database.sql<{ id: string; sub: string | null }>(
    'SELECT id, cognito_sub AS sub FROM users WHERE lower(email) = lower($1) ORDER BY id',
    [email],
  );

const callMigrationEndpoint = (email: string, password?: string) =>
  usher.api.post('/aws/auth', { email, password, access_token: usher.migrationToken });

const progress = async () => {
  const lines: string[] = [];
  const status = await run(['migration', 'status', '--json'], {
    out: (text) => void lines.push(text),
    err: () => undefined,
    variables: () => ({ DATABASE_URL: usher.database.url }),
  });
  return { status, ...(JSON.parse(lines.join('')) as { duplicates: unknown }) };
};

describe('an address of several live rows', () => {
  it('matches none of them', async () => {
    const pairs = [
      ['twin@example.com', 'twin@example.com'],
      ['Case@example.com', 'case@example.com'],
      ['label@xn--bcher-kva.example', 'label@bücher.example'],
      ['zo\u00eb@example.com', 'zoe\u0308@example.com'],
    ] as const;
    const database = await withPeople(
      ...pairs.flatMap(([one, other]) => [
        { email: one, password: 'password-of-one-1', account: 1 },
        { email: other, password: 'password-of-other-1', account: 2 },
      ]),
    );
    usher = await startUsher({ database });
    for (const email of new Set(pairs.flat()))
      for (const password of ['password-of-one-1', 'password-of-other-1']) {
        const { body } = await callMigrationEndpoint(email, password);
        expect(body).toMatchObject({ email: null, user_exists: false, success: false });
        expect((await usher.api.signIn(email, password)).status).toBe(401);
      }
    expect(await usher.database.sql('SELECT 1 FROM users WHERE cognito_sub IS NOT NULL')).toEqual([]);
  });

  it('is refused for a sign-up at the pool and at Usher', async () => {
    const email = 'twin@example.com';
    usher = await startUsher({ database: await withPeople(...twins(email)) });
    expect((await callMigrationEndpoint(email)).body.sign_up_allowed).toBe(false);
    expect((await callMigrationEndpoint('free@example.com')).body.sign_up_allowed).toBe(true);
    const password = 'a-new-password-1';
    const signUp = { email, password, passwordConfirmation: password };
    expect((await usher.api.post('/users', signUp)).status).toBe(202);
    expect(await rowsOf(email)).toHaveLength(2);
  });

  it('is not linked to a pool user that no row has approved', async () => {
    const email = 'twin@example.com';
    usher = await startUsher({ database: await withPeople(...twins(email)) });
    await createPoolUser(usher, email);
    const { status, body } = await usher.api.signIn(email, poolPassword);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'auth.account_link_conflict' });
    expect((await rowsOf(email)).map(({ sub }) => sub)).toEqual([null, null]);
  });

  it('is counted correctly, by case, after changes of the legacy application', async () => {
    const database = await withPeople(
      ...twins('twin@example.com'),
      { email: 'Strange@example.com', password: 'password-of-one-1' },
      { email: 'strange@example.com', password: 'password-of-one-1' },
      { email: 'b@bücher.example', password: 'password-of-one-1' },
      { email: 'b@xn--bcher-kva.example', password: 'password-of-one-1' },
      { email: 'gone@example.com', password: 'password-of-one-1', deletedAt: '2020-01-01' },
      { email: 'gone@example.com', password: 'password-of-one-1' },
    );
    usher = await startUsher({ database });
    expect(await progress()).toMatchObject({ status: 0, duplicates: { exact: 1, byCase: 2 } });
    await usher.database.sql(`UPDATE users SET deleted_at = now() - interval '1 day' WHERE account_id = 2`);
    expect((await progress()).duplicates).toEqual({ exact: 0, byCase: 2 });
    expect(usher.logLines().some((line) => line.includes('addresses shared by several rows'))).toBe(true);
  });
});

describe('a live row beside a soft-deleted row of the same address', () => {
  const email = 'again@example.com';
  const people = [
    { email, password: 'password-of-deleted-1', deletedAt: '2020-01-01' },
    { email, password: 'password-of-live-1' },
  ];

  it('signs in with its own password, and not with that of the other row', async () => {
    usher = await startUsher({ database: await withPeople(...people) });
    const [, live] = await rowsOf(email);
    expect((await usher.api.signIn(email, 'password-of-deleted-1')).status).toBe(401);
    const { status, body } = await usher.api.signIn(email, 'password-of-live-1');
    expect({ status, id: body.user?.id }).toEqual({ status: 200, id: Number(live?.id) });
    expect((await rowsOf(email)).map(({ sub }) => sub === null)).toEqual([true, false]);
  });

  it('is the approved row, also when the other one is restored later', async () => {
    usher = await startUsher({ database: await withPeople(...people) });
    const [, live] = await rowsOf(email);
    expect((await callMigrationEndpoint(email, 'password-of-live-1')).body.success).toBe(true);
    await createPoolUser(usher, email);
    await usher.database.sql(
      'UPDATE users SET deleted_at = NULL, account_id = 2 WHERE deleted_at IS NOT NULL',
    );
    const { status, body } = await usher.api.signIn(email, poolPassword);
    expect({ status, id: body.user?.id }).toEqual({ status: 200, id: Number(live?.id) });
  });
});

describe('an approved row that is no longer live', () => {
  const email = 'again@example.com';

  it.each([
    ['was soft-deleted', `UPDATE users SET deleted_at = now() - interval '1 minute' WHERE email = $1`],
    ['was deleted', 'DELETE FROM users WHERE email = $1'],
  ])(
    '%s: the next row of the address is linked after a reset has proven the mailbox',
    async (_how, remove) => {
      usher = await startUsher({ database: await withPeople({ email, password: 'password-of-first-1' }) });
      // Cognito creates the pool user with the first row's password, and the answer is lost.
      expect((await callMigrationEndpoint(email, 'password-of-first-1')).body.success).toBe(true);
      await createPoolUser(usher, email);
      await usher.database.sql(remove, [email]);
      await legacyUser(usher, email, 'password-of-second-1');
      const refused = await usher.api.signIn(email, poolPassword);
      expect({ status: refused.status, code: refused.body.code }).toEqual({
        status: 409,
        code: 'auth.account_link_conflict',
      });
      const password = 'password-of-the-owner-1';
      expect(await resetByMail(usher, email, password)).toBe(204);
      const second = (await rowsOf(email)).at(-1);
      const { status, body } = await usher.api.signIn(email, password);
      expect({ status, id: body.user?.id }).toEqual({ status: 200, id: Number(second?.id) });
    },
  );

  it('was linked and soft-deleted: a reset reaches the next row of the address too', async () => {
    usher = await startUsher({ database: await withPeople({ email, password: 'password-of-first-1' }) });
    expect((await usher.api.signIn(email, 'password-of-first-1')).status).toBe(200);
    await usher.database.sql(`UPDATE users SET deleted_at = now() - interval '1 minute' WHERE email = $1`, [
      email,
    ]);
    await legacyUser(usher, email, 'password-of-second-1');
    expect((await usher.api.signIn(email, 'password-of-first-1')).status).toBe(401);
    const password = 'password-of-the-owner-1';
    expect(await resetByMail(usher, email, password)).toBe(204);
    const second = (await rowsOf(email)).at(-1);
    const { status, body } = await usher.api.signIn(email, password);
    expect({ status, id: body.user?.id }).toEqual({ status: 200, id: Number(second?.id) });
  });
});
