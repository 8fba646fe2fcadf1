import { emailSpellings, type ErrorCode, normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../cognito/user-directory.js';
import { isAppError } from '../platform/errors/app-error.js';
import { UsersRepository } from './persistence/users.repository.js';

/**
 * The names by which the pool knows people (docs/adr/0014-addresses.md). Cognito compares user names as text, so one
 * address in two spellings could become two pool users. An address with one spelling costs no request and no query.
 */
@Injectable()
export class PoolUsernames {
  constructor(
    private readonly directory: UserDirectory,
    private readonly users: UsersRepository,
  ) {}

  /**
   * The names to ask the pool by, each only where it refuses the one before: the pool's own name of somebody whom it has, and
   * the canonical spelling for somebody whom it may migrate.
   * @throws AppError what `UserDirectory.find` throws, except `cognito.credentials_missing`
   */
  async candidates(typed: string): Promise<string[]> {
    const [canonical, ...others] = emailSpellings(typed);
    if (others.length === 0) return [canonical];
    const user = await this.users.findByEmail(typed);
    if (user?.sub != null) return [user.sub];
    try {
      const found = await this.directory.find(typed);
      return [found === undefined || found.status === 'UNCONFIRMED' ? canonical : found.username];
    } catch (error) {
      if (!isAppError(error, 'cognito.credentials_missing')) throw error;
    }
    // Where no row has the address `/aws/auth` agrees to no migration, so another name makes no second user.
    const isTaken = user !== undefined || (await this.users.hasRows(typed));
    return isTaken ? [canonical] : [...new Set([canonical, normaliseEmail(typed)])];
  }
}

/** What the first name brings that is not refused with one of these codes. @throws AppError the first refusal, and any other error */
export async function firstAccepted<Result>(
  names: string[],
  codes: ErrorCode[],
  ask: (name: string) => Promise<Result>,
): Promise<Result> {
  let first: unknown;
  for (const name of names) {
    try {
      return await ask(name);
    } catch (refusal) {
      if (!isAppError(refusal, ...codes)) throw refusal;
      first ??= refusal;
    }
  }
  throw first;
}
