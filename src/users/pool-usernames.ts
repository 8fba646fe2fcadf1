import { emailSpellings, type ErrorCode, normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../cognito/user-directory.js';
import { isAppError } from '../common/errors/app-error.js';
import { UsersService } from './users.service.js';

/**
 * Resolves an address to the user names to send to Cognito (docs/adr/0014-addresses.md). Cognito compares user names as text, so
 * two spellings of an address could become two pool users. An address with one spelling needs no request and no query.
 */
@Injectable()
export class PoolUsernames {
  constructor(
    private readonly directory: UserDirectory,
    private readonly users: UsersService,
  ) {}

  /**
   * @returns the user names to try in this order, each only if the pool refuses the previous one: the pool's own name of a user
   * that it has, the canonical spelling for a user that it may migrate
   * @throws AppError as `UserDirectory.find`, except `cognito.credentials_missing`
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
    // Without a row `/aws/auth` does not approve a migration, so a second name cannot create a second pool user.
    const isTaken = user !== undefined || (await this.users.hasRows(typed));
    return isTaken ? [canonical] : [...new Set([canonical, normaliseEmail(typed)])];
  }
}

/**
 * @returns the result of the first name that is not refused with one of `codes`
 * @throws AppError the first refusal if all names are refused; any other error at once
 */
export async function firstAccepted<Result>(
  names: string[],
  codes: ErrorCode[],
  send: (name: string) => Promise<Result>,
): Promise<Result> {
  let firstRefusal: unknown;
  for (const name of names) {
    try {
      return await send(name);
    } catch (refusal) {
      if (!isAppError(refusal, ...codes)) throw refusal;
      firstRefusal ??= refusal;
    }
  }
  throw firstRefusal;
}
