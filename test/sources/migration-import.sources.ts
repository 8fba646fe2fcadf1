import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runCommand } from '../support/drivers/command.js';
import { oldPassword, openSourceUsher } from '../support/drivers/source-usher.js';

const usher = openSourceUsher();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

const importUsers = async (changes: Record<string, string | undefined> = {}, argv: string[] = []) => {
  const { status, out, err } = await runCommand(['migration', 'import', '--json', '--dir', folder, ...argv], {
    ...usher.variables,
    AWS_COGNITO_CLIENT_ID: undefined,
    ...changes,
  });
  return { status, err, answer: out === '' ? undefined : (JSON.parse(out) as Record<string, unknown>) };
};

const rowOf = async (id: number) =>
  (
    await usher.database.sql<Record<string, unknown>>(
      `SELECT email, cognito_sub AS sub, usher_migration_state AS state, usher_migration_reason AS reason
       FROM users WHERE usher_legacy_id = $1`,
      [String(id)],
    )
  )[0];

it('imports people of a read-only source, also those who were not copied yet, with their attributes', async () => {
  const ada = await usher.person('Ada@example.com', { first_name: 'Ada', last_name: 'King', language: 'en' });
  const signedIn = await usher.person('bob@example.com');
  expect((await usher.api.signIn('bob@example.com', oldPassword)).status).toBe(200);
  await usher.person('blocked@example.com', { blocked: true });
  await usher.person('unverified@example.com', { verified: false });
  await usher.person('locked@example.com', { locked_until: new Date(Date.now() + 3_600_000) });
  await usher.person('twin@example.com');
  await usher.person('TWIN@example.com');
  const moved = await usher.person('old@example.com');
  await usher.api.signIn('old@example.com', 'a wrong password');
  // The copy has the address of yesterday.
  await usher.source.database.sql(`UPDATE people SET email = 'new@example.com' WHERE id = $1`, [moved]);

  const dry = await importUsers({ USER_ATTRIBUTES: 'locale=locale' }, ['--dry-run']);
  expect(dry).toMatchObject({ status: 0, answer: { jobs: [{ algorithm: 'BCRYPT', rows: 2, files: 1 }] } });
  const { status, answer } = await importUsers({ USER_ATTRIBUTES: 'locale=locale' });
  expect(status).toBe(0);
  const leftOut = answer?.leftOut as { reason: string; rows: number }[];
  expect(Object.fromEntries(leftOut.map(({ reason, rows }) => [reason, rows]))).toEqual({
    ...{ migrated: 1, blocked: 1, unverified: 1, locked: 1, address_duplicate: 2 },
  });
  expect(answer).toMatchObject({ states: { imported: 2 } });

  const { UserAttributes = [] } = await usher.cognito.adminGetUser({
    UserPoolId: usher.userPoolId,
    Username: 'ada@example.com',
  });
  const attributes = new Map(UserAttributes.map(({ Name = '', Value }) => [Name, Value]));
  expect(Object.fromEntries(attributes)).toMatchObject({
    ...{ email: 'ada@example.com', email_verified: 'true', name: 'Ada King', locale: 'en' },
    'custom:rails_app_id': String(ada),
  });
  expect(await rowOf(ada)).toMatchObject({
    sub: attributes.get('sub'),
    state: 'imported',
    reason: 'hash_import',
  });
  expect(await rowOf(moved)).toMatchObject({ email: 'new@example.com', state: 'imported' });
  expect(await rowOf(signedIn)).toMatchObject({ state: 'migrated', reason: null });

  // The source is not asked: Cognito has the password.
  await usher.source.takeAway();
  expect((await usher.api.signIn('ada@example.com', oldPassword)).status).toBe(200);
  expect(await rowOf(ada)).toMatchObject({ state: 'migrated', reason: 'hash_import' });
});

it('refuses another source than that of the API', async () => {
  const { status, err } = await importUsers({ LEGACY_SOURCE: undefined });
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('LEGACY_SOURCE is unset here') });
});
