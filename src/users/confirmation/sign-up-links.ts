import { isStorable, longestPassword } from '#contracts';
import { isBlankHash } from '#password-hashes';
import { Injectable } from '@nestjs/common';
import { Keys } from '../../platform/crypto/keys.js';
import { AppError } from '../../platform/errors/app-error.js';
import { isBlank, refuse } from '../new-password.js';
import { PasswordChecks } from '../password-checks.js';
import {
  type Confirmation,
  ConfirmationsRepository,
  type LockedUser,
  type SignUpData,
} from '../persistence/confirmations.repository.js';
import { UsersRepository } from '../persistence/users.repository.js';
import { passwordTags } from './password-tags.js';

/** What one click may cost. */
const mostChecks = 16;

/** What the typed password belongs to: a sign-up, or the row as it is. */
type Match = { signUp: SignUpData } | { hashOfRow: string };

/**
 * The link of a sign-up. Who reads the mailbox need not be who signed up, so the password decides whose sign-up it is:
 * docs/adr/0011-password-at-the-click.md.
 */
@Injectable()
export class SignUpLinks {
  constructor(
    private readonly users: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly passwords: PasswordChecks,
    private readonly keys: Keys,
  ) {}

  /**
   * A row that was confirmed or linked meanwhile keeps what it has.
   * @throws AppError `users.confirmation_invalid`, `passwords.blank`, `auth.invalid_credentials`, `overloaded`
   */
  async use(confirmation: Confirmation, given: unknown): Promise<void> {
    const row = await this.settle(confirmation);
    if (row === undefined) return;
    const password = typeof given === 'string' ? given : undefined;
    if (isBlank(password))
      return refuse([{ field: 'password', code: 'passwords.blank', fault: 'password.blank' }]);
    if (!(await this.confirmations.countPassword(confirmation.id))) return this.endUncounted(confirmation);
    let match: Match | undefined;
    try {
      match = await this.match(confirmation, row, password);
      if (match) await this.confirm(confirmation, match);
    } catch (error) {
      // The answer does not say whether the password was right, so it is no guess.
      await this.confirmations.uncountPassword(confirmation.id);
      throw error;
    }
    if (match === undefined) throw new AppError('auth.invalid_credentials');
  }

  /** @returns the row that waits; `undefined` for one that does not wait any more, whose link is used up with this */
  private async settle(confirmation: Confirmation): Promise<LockedUser | undefined> {
    const { userId, email } = confirmation;
    return this.confirmations.forUser(userId, email, async (row) => {
      if (row === undefined || row.disabled || !row.hasEmail)
        throw new AppError('users.confirmation_invalid');
      if (!row.confirmed && row.sub === null) return row;
      await this.confirmations.use(confirmation);
      return undefined;
    });
  }

  /** Used by another click meanwhile, or tried with too many passwords. */
  private async endUncounted(confirmation: Confirmation): Promise<void> {
    const known = await this.confirmations.findAgain(confirmation);
    if (!known?.used) throw new AppError('users.confirmation_invalid');
  }

  private async match(
    confirmation: Confirmation,
    { passwordHash: hashOfRow }: LockedUser,
    password: string,
  ): Promise<Match | undefined> {
    for (const signUp of await this.signUpsOf(confirmation, password))
      if (await this.isRight(password, signUp.passwordHash)) return { signUp };
    return (await this.isRight(password, hashOfRow)) ? { hashOfRow } : undefined;
  }

  private signUpsOf(confirmation: Confirmation, password: string): Promise<SignUpData[]> {
    if (confirmation.passwordHash) return Promise.resolve([confirmation]);
    const tags = passwordTags(this.keys, password);
    return this.confirmations.signUpsOfResentLink(confirmation.id, tags, mostChecks - 1);
  }

  private async isRight(password: string, stored: string | null): Promise<boolean> {
    if (stored === null || isBlankHash(stored)) return false;
    if (!isStorable(password) || password.length > longestPassword) return false;
    const outcome = await this.passwords.verify(password, stored);
    return outcome === 'match' || outcome === 'match-needs-rehash';
  }

  private async confirm(confirmation: Confirmation, match: Match): Promise<void> {
    const { userId, email } = confirmation;
    await this.confirmations.transaction(email, async () => {
      const row = await this.confirmations.lockUser(userId, email);
      const known = await this.confirmations.findAgain(confirmation);
      if (known?.used) return;
      if (known === undefined) throw new AppError('users.confirmation_invalid');
      if ('hashOfRow' in match && row?.passwordHash !== match.hashOfRow)
        throw new AppError('auth.invalid_credentials');
      const signUp: SignUpData =
        'signUp' in match ? match.signUp : { passwordHash: null, firstName: null, lastName: null };
      if (!(await this.users.confirm({ userId, email, ...signUp })))
        throw new AppError('users.confirmation_invalid');
      await this.confirmations.use(confirmation, signUp.id);
    });
  }
}
