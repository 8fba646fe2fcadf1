import { afterEach, describe, expect, it } from '@jest/globals';
import { legacyUser } from '../support/builders/addresses.js';
import { personWith } from '../support/builders/admins.js';
import { createDeviseDatabase } from '../support/drivers/database.js';
import { emailChanger } from '../support/builders/email-changes.js';
import { allMailsSent } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { reconcileTools } from '../support/drivers/reconcile-tools.js';
import { until } from '../support/drivers/until.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

let usher: Usher;
afterEach(() => usher.close());

const insertRow = async (email: string, password: string, account = 1): Promise<number> => {
  await usher.database.sql(`ALTER TABLE users ALTER COLUMN account_id SET DEFAULT ${account}`);
  return legacyUser(usher, email, password);
};

async function start(): Promise<void> {
  const database = await createDeviseDatabase();
  await database.sql(`
    ALTER TABLE users ADD COLUMN deleted_at timestamp, ADD COLUMN account_id int DEFAULT 1;
    DROP INDEX index_users_on_email;
    CREATE UNIQUE INDEX index_users_on_email ON users (account_id, email) WHERE deleted_at IS NULL;
  `);
  usher = await startUsher({ database });
}

const one = 'password-of-one-1';
const other = 'password-of-other-1';

it.each([
  ['label@xn--bcher-kva.example', 'label@bücher.example'],
  ['zo\u00eb@example.com', 'zoe\u0308@example.com'],
])('reconcile lists both rows of %s and %s', async (a, b) => {
  await start();
  const ids = [await insertRow(a, one, 1), await insertRow(b, other, 2)];
  const { reconcile, linesOf } = reconcileTools(() => usher);
  const lines = linesOf(await reconcile('--json')).filter(({ kind }) => kind === 'duplicate_here');
  expect(lines.map(({ id }) => id)).toEqual(ids);
});

it('a change to an address of several rows sends no command to the pool', async () => {
  await start();
  await insertRow('twin@example.com', one, 1);
  await insertRow('twin@example.com', other, 2);
  const changer = await emailChanger(usher, 'changer@example.com');
  await changer.change('twin@example.com');
  await allMailsSent(usher);
  const before = usher.proxy.calls.length;
  const links = usher.mail
    .messages()
    .filter(({ to, text }) => to.includes('twin@example.com') && text.includes('token='));
  expect(links).toEqual([]);
  expect(usher.proxy.calls.slice(before).map(({ operation }) => operation)).not.toContain(
    'AdminUpdateUserAttributes',
  );
});

describe('an action of an administrator on a row', () => {
  it('that is soft-deleted does not affect the pool user of the live row of its address', async () => {
    await start();
    const email = 'again@example.com';
    const deleted = await insertRow(email, one);
    await usher.database.sql(`UPDATE users SET deleted_at = now() - interval '1 day' WHERE id = $1`, [
      deleted,
    ]);
    const live = await insertRow(email, other);
    const admin = await personWith(usher, 'admin@example.com', 'admin');
    // For example, a migration that waits for the set-up of a second factor.
    expect(
      (await usher.api.post('/aws/auth', { email, password: other, access_token: usher.migrationToken })).body
        .success,
    ).toBe(true);
    await createPoolUser(usher, email);
    const { status } = await usher.api.delete(`/admin/users/${deleted}`, admin.headers);
    expect(status).toBe(202);
    await until(async () => (await usher.database.sql('SELECT 1 FROM usher.erasures')).length === 0);
    const { Enabled } = await usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: email });
    expect(Enabled).toBe(true);
    const answer = await usher.api.signIn(email, poolPassword);
    expect({ status: answer.status, id: answer.body.user?.id }).toEqual({ status: 200, id: live });
  });
});
