import { Injectable } from '@nestjs/common';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import { emailSpellings, normaliseEmail } from './email.js';
import { UsersRepository } from './persistence/users.repository.js';

/**
 * The names by which the pool knows people (docs/adr/0011-addresses.md). Cognito compares user names as text, so one
 * address in two spellings would become two pool users. An address with one spelling costs no request and no query.
 */
@Injectable()
export class PoolUsernames {
  constructor(
    private readonly directory: UserDirectory,
    private readonly users: UsersRepository,
  ) {}

  /**
   * The names to ask the pool for this person, the next one only where the one before is refused. The first is the
   * pool's own for somebody whom it has, and the canonical spelling for somebody whom it will migrate.
   * @throws AppError what `UserDirectory.find` throws, except `cognito.credentials_missing`
   */
  async of(typed: string): Promise<[string, ...string[]]> {
    const [canonical, ...others] = emailSpellings(typed);
    if (others.length === 0) return [canonical];
    const row = await this.users.findByEmail(normaliseEmail(typed));
    if (row?.sub != null) return [row.sub];
    try {
      const found = await this.find(typed);
      return [found === undefined || found.status === 'UNCONFIRMED' ? canonical : found.username];
    } catch (error) {
      if (!isAppError(error, 'cognito.credentials_missing')) throw error;
      // Without a row `/aws/auth` agrees to no migration, so a second name makes no second user.
      return row === undefined ? distinct(canonical, normaliseEmail(typed)) : [canonical];
    }
  }

  /**
   * The pool user of an address in any spelling. One that has not confirmed the address comes last.
   * @throws AppError what `UserDirectory.find` throws
   */
  async find(typed: string): Promise<PoolUser | undefined> {
    const spellings = emailSpellings(typed);
    const all = await Promise.all(spellings.map((spelling) => this.directory.find(spelling)));
    return all.find((user) => user && user.status !== 'UNCONFIRMED') ?? all.find((user) => user !== undefined);
  }

  /**
   * Sets a verified address, in its canonical spelling.
   * @throws AppError `auth.account_link_conflict` when it is another pool user's in any spelling
   */
  async changeEmail(sub: string, email: string): Promise<void> {
    if (emailSpellings(email).length > 1) {
      const owner = await this.find(email);
      if (owner !== undefined && owner.sub !== sub) throw new AppError('auth.account_link_conflict');
    }
    await this.directory.changeEmail(sub, email);
  }
}

const distinct = (first: string, second: string): [string, ...string[]] =>
  first === second ? [first] : [first, second];
