import { personWith } from './admins.js';
import { createDeviseDatabase, type TestDatabase } from '../drivers/database.js';
import { deviseUser } from './devise-users.js';
import { createPoolUser, poolPassword } from './pool-users.js';
import { until } from '../drivers/until.js';
import type { Usher } from '../drivers/usher.js';

const migrated = deviseUser('second');
const deleted = deviseUser('cost_10');
const blocked = deviseUser('accents');
const legacy = deviseUser('plain');
const resetSent = deviseUser('cost_11');

/** One account of each kind with refused credentials. The responses must not differ. */
export const accountKinds = {
  'an unknown user': { email: 'nobody@example.com', password: 'whatever-1' },
  'a wrong password of a migrated user': { email: migrated.email, password: migrated.wrong_password },
  'a wrong password of a legacy user': { email: legacy.email, password: legacy.wrong_password },
  'an unconfirmed user': { email: 'carol@example.com', password: 'unconfirmed-1' },
  'a locked user': { email: 'dave@example.com', password: 'locked-out-1' },
  'a disabled user': { email: 'disabled@example.com', password: poolPassword },
  'a deleted user': { email: deleted.email, password: deleted.password },
  'a blocked user': { email: blocked.email, password: blocked.password },
  'a wrong password of a user who was sent a reset': {
    email: resetSent.email,
    password: resetSent.wrong_password,
  },
  'a wrong password of a user of the pool without a row': {
    email: 'pool-only@example.com',
    password: 'whatever-1',
  },
  'an address of two users': { email: 'twins@example.com', password: 'whatever-1' },
};

export type AccountKind = keyof typeof accountKinds;

/** @param originalHashes as for `createDeviseDatabase` */
export async function databaseOfAccountKinds(originalHashes: boolean): Promise<TestDatabase> {
  const database = await createDeviseDatabase({ originalHashes });
  await database.sql('ALTER TABLE users ADD COLUMN banned_at timestamp');
  await database.sql('DROP INDEX index_users_on_email');
  for (let n = 0; n < 2; n += 1)
    await database.sql(
      `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
       SELECT 'twins@example.com', encrypted_password, now(), now(), now() FROM users WHERE email = $1`,
      [legacy.email],
    );
  await database.sql(`UPDATE users SET banned_at = now() - interval '1 hour' WHERE email = $1`, [
    blocked.email,
  ]);
  return database;
}

/** Puts the accounts into their states. @param usher on `databaseOfAccountKinds` */
export async function prepareAccountKinds(usher: Usher): Promise<void> {
  for (const person of [migrated, deleted]) await migrate(usher, person);
  const disabled = await personWith(usher, 'disabled@example.com');
  await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [disabled.id]);
  await usher.api.post('/passwords/forgot', { email: resetSent.email });
  await createPoolUser(usher, 'pool-only@example.com');
  const admin = await personWith(usher, 'admin@example.org', 'admin');
  await usher.api.delete(`/admin/users/${deleted.id}`, admin.headers);
  const erased = 'SELECT 1 FROM users WHERE id = $1 AND usher_erased_at IS NOT NULL';
  await until(async () => (await usher.database.sql(erased, [deleted.id])).length === 1);
}

/** Signs a legacy user in. Retries if the Lambda starts too slowly. */
export async function migrate(
  usher: Usher,
  { email, password }: { email: string; password: string },
): Promise<void> {
  await until(async () => (await usher.api.signIn(email, password)).status === 200);
}
