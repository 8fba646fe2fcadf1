import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { personWith } from '../support/builders/admins.js';
import { createDeviseDatabase, type TestDatabase } from '../support/drivers/database.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { allMailsSent, subjectsTo } from '../support/drivers/mails.js';
import { ada, bearer, bob, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

const grace = deviseUser('cost_10');
const accents = deviseUser('accents');

let usher: Usher | undefined;
let database: TestDatabase | undefined;
afterEach(async () => {
  await usher?.close();
  if (!usher) await database?.drop();
  usher = database = undefined;
});

/** The Devise table after these statements. */
async function tableWith(...statements: string[]): Promise<TestDatabase> {
  database = await createDeviseDatabase();
  for (const statement of statements) await database.sql(statement);
  return database;
}

async function start(environment: Record<string, string>, ...statements: string[]): Promise<Usher> {
  usher = await startUsher({ database: await tableWith(...statements), environment });
  return usher;
}

const statusOf = async ({ email, password }: { email: string; password: string }) =>
  (await usher?.api.signIn(email, password))?.status;

const past = `now() AT TIME ZONE 'UTC' - interval '1 second'`;

it('refuses users whom the legacy application has deleted, discarded, banned or deactivated', async () => {
  const running = await start(
    {},
    `ALTER TABLE users ADD COLUMN deleted_at timestamp, ADD COLUMN discarded_at timestamp, ADD COLUMN banned_at timestamp,
       ADD COLUMN active boolean`,
    `UPDATE users SET deleted_at = ${past} WHERE id = ${ada.id}`,
    `UPDATE users SET discarded_at = ${past} WHERE id = ${bob.id}`,
    `UPDATE users SET banned_at = ${past} WHERE id = ${grace.id}`,
    `UPDATE users SET active = false WHERE id = ${accents.id}`,
  );
  for (const person of [ada, bob, grace, accents]) expect(await statusOf(person)).toBe(401);
  expect(await statusOf(deviseUser('cost_11'))).toBe(200);
  await until(() => named(running.logLines()).length === 4);
  expect(named(running.logLines())).toEqual(
    ['deleted_at', 'discarded_at', 'banned_at', 'not active'].map((condition) =>
      expect.objectContaining({ condition, count: 1 }),
    ),
  );
});

const named = (lines: string[]) =>
  lines
    .filter((line) => line.includes('rows are blocked from signing in'))
    .map((line) => JSON.parse(line) as object);

it('exits with status 2 and a one-line message for an unknown column', async () => {
  const { url } = await tableWith();
  const { status: exit, stderr } = startProcess({ DATABASE_URL: url, LEGACY_BLOCKED_WHEN: 'deleted_at' });
  expect({ exit, stderr }).toEqual({
    exit: 2,
    stderr: 'LEGACY_BLOCKED_WHEN names the column "deleted_at", which the table "users" does not have.\n',
  });
});

describe('a blocked user', () => {
  const block = () => usher?.database.sql(`UPDATE users SET banned_at = ${past} WHERE id = ${ada.id}`);
  const unblock = () => usher?.database.sql(`UPDATE users SET banned_at = NULL WHERE id = ${ada.id}`);
  const column = 'ALTER TABLE users ADD COLUMN banned_at timestamp';

  it('is refused at /aws/auth, a reset, a sign-up and a first sign-in like an unknown user', async () => {
    const { api, migrationToken, mail, database: db } = await start({}, column);
    await block();
    const { email, password } = ada;
    const { body } = await api.post('/aws/auth', { email, password, access_token: migrationToken });
    expect(body).toMatchObject({ success: false, password_reset_allowed: false, sign_up_allowed: false });
    const unknown = await api.signIn('nobody-here@example.com', ada.password);
    const blocked = await api.signIn(ada.email, ada.password);
    expect([blocked.status, blocked.body.code, blocked.body.detail]).toEqual([
      unknown.status,
      unknown.body.code,
      unknown.body.detail,
    ]);
    expect((await api.post('/passwords/forgot', { email: ada.email })).status).toBe(202);
    const passwords = { password: 'a-new-password-1', passwordConfirmation: 'a-new-password-1' };
    expect((await api.post('/users', { email: ada.email, ...passwords })).status).toBe(202);
    await allMailsSent({ database: db } as Usher);
    expect(subjectsTo({ mail } as Usher, ada.email)).toEqual([]);
  });

  it('is refused at guarded routes and at a refresh at once, and can sign in after being unblocked', async () => {
    const { api } = await start({}, column);
    const tokens = await signInWithTokens(api);
    await block();
    expect((await api.get('/users/me', bearer(tokens.accessToken))).status).toBe(401);
    expect((await api.post('/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(401);
    expect(await statusOf(ada)).toBe(401);
    await unblock();
    expect(await statusOf(ada)).toBe(200);
  });

  it('is listed for administrators as blocked, not as disabled', async () => {
    const running = await start({}, column);
    const admin = await personWith(running, 'admin@example.com', 'admin');
    await block();
    const { body } = await running.api.get(`/admin/users/${ada.id}`, admin.headers);
    expect(body).toMatchObject({ blocked: true, disabled: false });
    const progress = await running.api.get('/migration/progress', admin.headers);
    expect(progress.body).toMatchObject({ duplicates: { exact: 0, byCase: 0 } });
    expect(progress.body.states).toContainEqual({ state: 'skipped', reason: 'blocked', people: 1 });
  });
});

function startProcess(environment: Record<string, string>) {
  const main = join(import.meta.dirname, '../../dist/src/main.js');
  const { PATH } = process.env;
  return spawnSync(process.execPath, [main], {
    encoding: 'utf8',
    env: {
      PATH,
      AWS_REGION: 'us-east-1',
      AWS_COGNITO_USER_POOL_ID: 'us-east-1_abc',
      AWS_COGNITO_CLIENT_ID: 'abc',
      MIGRATION_ACCESS_TOKENS: 'migration-token-of-the-tests',
      SESSION_SECRETS: 'a-session-secret-of-the-tests',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      PORT: '0',
      HOST: '127.0.0.1',
      ...environment,
    },
  });
}
