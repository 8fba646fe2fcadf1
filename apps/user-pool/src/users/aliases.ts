import type { Services } from '../context.js';
import type { Pool, User } from '../state/records.js';
import { aliasesOf } from '../state/user-index.js';
import { aliasExists } from '../wire/errors.js';
import { findUser, modifyUser } from './users.js';

/**
 * Refuses aliases of another user, or with `force` moves them: the address of the other user becomes unverified.
 * An address that is a username cannot be moved.
 */
export function claimAlias(
  context: Services,
  pool: Pool,
  user: Pick<User, 'sub' | 'attributes'>,
  force: boolean,
): void {
  for (const alias of aliasesOf(pool.settings, user)) {
    const holder = findUser(context, pool, alias);
    if (!holder || holder.sub === user.sub) continue;
    const name = Object.keys(user.attributes).find((key) => user.attributes[key] === alias) ?? 'alias';
    if (!force || pool.settings.UsernameAttributes?.length) throw aliasExists(name);
    const attributes = { ...holder.attributes, [`${name}_verified`]: 'false' };
    modifyUser(context, holder, { attributes });
  }
}
