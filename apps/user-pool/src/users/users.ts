import type { Services } from '../context.js';
import { randomUuid } from '../random.js';
import type { Pool, User } from '../state/records.js';
import { userNotFound } from '../wire/errors.js';

export const findUser = (context: Services, pool: Pool, name: string): User | undefined =>
  context.database.findUser(pool.id, name);

/** Operations with AWS credentials report unknown users. */
export function requireUser(context: Services, pool: Pool, name: string): User {
  const user = findUser(context, pool, name);
  if (!user) throw userNotFound();
  return user;
}

export type NewUser = Pick<User, 'sub' | 'username' | 'attributes' | 'status'> &
  Partial<
    Pick<User, 'factors' | 'importedHash' | 'password' | 'passwordHistory' | 'temporaryPasswordExpiresAt'>
  >;

/** A username that the pool generates equals the `sub`. */
export function newIdentity(context: Services, username: string | undefined): Pick<User, 'sub' | 'username'> {
  const sub = randomUuid(context.random);
  return { sub, username: username ?? sub };
}

export function createUser(context: Services, pool: Pool, user: NewUser): User {
  const now = context.clock.now();
  const created: User = {
    poolId: pool.id,
    sequence: context.database.nextSequence(),
    enabled: true,
    createdAt: now,
    modifiedAt: now,
    codes: {},
    sessionEpoch: newSessionEpoch(context),
    groups: [],
    factors: [],
    ...user,
  };
  context.database.saveUser(created);
  return created;
}

/**
 * Applies changes to the current record, because it may have changed while the caller waited for a hash or a
 * trigger.
 */
export function updateUser(context: Services, user: User, changes: Partial<User>): User {
  const updated = { ...currentUser(context, user), ...changes };
  context.database.saveUser(updated);
  return updated;
}

/** Like `updateUser`, and also sets the modification date. */
export const modifyUser = (context: Services, user: User, changes: Partial<User>): User =>
  updateUser(context, user, { ...changes, modifiedAt: context.clock.now() });

export function currentUser(context: Services, user: User): User {
  const current = context.database.user(user.poolId, user.sub);
  if (!current) throw userNotFound();
  return current;
}

/** A new epoch revokes all sessions, because tokens contain the epoch of their issue. */
export const newSessionEpoch = (context: Services): string => context.random.bytes(4).toString('hex');
