import { Injectable } from '@nestjs/common';
import { canonicalEmail, longestPassword } from '#contracts';
import { isBlankHash, type Outcome } from '#password-hashes';
import { LoginThrottle } from './login-throttle.js';
import { DummyHash } from './dummy-hash.js';
import { FormatOutcomes } from './format-outcomes.js';
import { MigrationStatus } from '../users/migration-status.js';
import { PasswordHasher } from './password-hasher.js';
import type { LegacyAccount } from '../users/user.js';

/** Checks legacy passwords. */
@Injectable()
export class LegacyPasswordVerifier {
  /** The latest check of each address with a running one. Settles after all checks that began before it. */
  private readonly latest = new Map<string, Promise<unknown>>();

  constructor(
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly dummies: DummyHash,
    private readonly migrationStatus: MigrationStatus,
    private readonly outcomes: FormatOutcomes,
  ) {}

  /**
   * Checks a dummy hash if the account has none, so that all checks take the same time.
   * @param email as requested; failures count for it with or without an account
   * @param password a value that is not a password counts as a wrong password
   * @returns whether the password is right and the account is not locked out
   */
  async verify(email: string, account: LegacyAccount | undefined, password: unknown): Promise<boolean> {
    if (!isPassword(password)) return false;
    const key = canonicalEmail(email);
    const earlier = this.latest.get(key);
    const verdict = this.judge(email, account, password, earlier);
    const settled = Promise.allSettled([earlier, verdict]).then(() => {
      if (this.latest.get(key) === settled) this.latest.delete(key);
    });
    this.latest.set(key, settled);
    return verdict;
  }

  /** @param earlier resolves when the failures of all checks that began before this one are recorded */
  private async judge(
    email: string,
    account: LegacyAccount | undefined,
    password: string,
    earlier: Promise<unknown> | undefined,
  ): Promise<boolean> {
    const right = await this.isRight(email, account, password);
    if (!right) {
      await this.throttle.record(email, password);
      return false;
    }
    // Otherwise guesses sent together with the right password would not count before it is accepted.
    await earlier;
    if (await this.throttle.isLockedOut(email)) return false;
    await this.throttle.clear(email);
    return true;
  }

  /**
   * @param elapsedMs milliseconds since the sign-in began
   * @returns whether the password was found wrong since then, in any process
   */
  async isRefusedSince(email: string, password: string, elapsedMs: number): Promise<boolean> {
    return isPassword(password) && (await this.throttle.isRefusedSince(email, password, elapsedMs));
  }

  /**
   * Computes the hash that a refused sign-in with `/aws/auth` costs, unless it has been computed for this sign-in. The result
   * is not used. Without it, refusals that need no hash would be earlier than the others.
   * @param elapsedMs milliseconds since the sign-in began
   * @throws AppError `overloaded`
   */
  async spendRefusalCost(
    email: string,
    account: LegacyAccount | undefined,
    attempt: { password: string; elapsedMs: number },
  ): Promise<void> {
    const { password, elapsedMs } = attempt;
    if (!isPassword(password) || (await this.throttle.isRefusedSince(email, password, elapsedMs))) return;
    await this.check(email, account, password);
  }

  private async isRight(
    email: string,
    account: LegacyAccount | undefined,
    password: string,
  ): Promise<boolean> {
    const outcome = await this.check(email, account, password);
    if (outcome === 'unknown-scheme' && account && !isBlankHash(account.passwordHash))
      this.migrationStatus.recordUnknownHash(account.user.id);
    const isRight = outcome === 'match' || outcome === 'match-needs-rehash';
    const format = account && this.hasher.formatOf(account.passwordHash);
    if (account && format !== undefined) this.outcomes.record(account.user.id, format, isRight);
    return isRight;
  }

  private async check(email: string, account: LegacyAccount | undefined, password: string): Promise<Outcome> {
    const stored = account?.passwordHash ?? '';
    const outcome = isBlankHash(stored) ? 'unknown-scheme' : await this.hasher.verify(password, stored);
    // Without this check an unknown hash would get an earlier response than others.
    if (outcome === 'unknown-scheme')
      await this.hasher.verify(password, await this.dummies.forAccount(email));
    return outcome;
  }
}

const isPassword = (password: unknown): password is string =>
  typeof password === 'string' &&
  password !== '' &&
  password.length <= longestPassword &&
  !password.includes('\u0000') &&
  password.isWellFormed();
