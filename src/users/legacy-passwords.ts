import { Injectable } from '@nestjs/common';
import { longestPassword } from '#contracts';
import { isBlankHash } from '#password-hashes';
import { AccountFailures } from './legacy/account-failures.js';
import { DecoyHashes } from './legacy/decoy-hashes.js';
import { MigrationLedger } from './migration-ledger.js';
import { PasswordChecks } from './password-checks.js';
import type { LegacyAccount } from './user.js';

/** Checks passwords from before Cognito. */
@Injectable()
export class LegacyPasswords {
  constructor(
    private readonly checks: PasswordChecks,
    private readonly failures: AccountFailures,
    private readonly decoys: DecoyHashes,
    private readonly ledger: MigrationLedger,
  ) {}

  /**
   * Is it the right one, and is nobody guessing? A hash is checked even when the answer is known, so that all answers take
   * the same time.
   * @param email as it was asked for; failures count for it whether anybody has it or not
   * @param password anything; what is no password is a wrong one
   */
  async accepts(email: string, account: LegacyAccount | undefined, password: unknown): Promise<boolean> {
    if (!isPassword(password)) return false;
    const right = await this.isRight(account, password);
    // Asked after the check, so that guesses sent side by side meet the lock their forerunners caused.
    if (await this.failures.isLockedOut(email)) return false;
    if (!right) await this.failures.record(email, password);
    else await this.failures.clear(email);
    return right;
  }

  private async isRight(account: LegacyAccount | undefined, password: string): Promise<boolean> {
    const stored = account?.passwordHash ?? '';
    const isBlank = isBlankHash(stored);
    const outcome = isBlank ? 'unknown-scheme' : await this.checks.verify(password, stored);
    // A string that nothing was computed for must not answer sooner than the others.
    if (outcome === 'unknown-scheme') await this.checks.verify(password, await this.decoys.ofUsualCost());
    if (outcome === 'unknown-scheme' && account && !isBlank) this.ledger.recordUnknownHash(account.user.id);
    return outcome === 'match' || outcome === 'match-needs-rehash';
  }
}

const isPassword = (password: unknown): password is string =>
  typeof password === 'string' &&
  password !== '' &&
  password.length <= longestPassword &&
  !password.includes('\u0000') &&
  password.isWellFormed();
