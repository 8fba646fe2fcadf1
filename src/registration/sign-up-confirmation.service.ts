import { createHmac } from 'node:crypto';
import { canonicalEmail, isStorable, longestPassword, normaliseEmail } from '#contracts';
import { isBlankHash } from '#password-hashes';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '../common/crypto/key-ring.js';
import { AppError } from '../common/errors/app-error.js';
import type { Language } from '../i18n/languages.js';
import { LegacyAccounts } from '../legacy/legacy-accounts.js';
import { PasswordHasher } from '../credentials/password-hasher.js';
import { requirePassword } from '../credentials/password-policy.js';
import { UsersRepository } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';
import { ConfirmationMails } from './confirmation-mails.js';
import {
  type Confirmation,
  ConfirmationsRepository,
  type LockedUser,
  type SignUpData,
} from './persistence/confirmations.repository.js';
import type { AccountState } from '../users/user.js';

/** Seconds between two mails that are requested for one address. */
const coolDown = 60;

/** Password checks per click. */
const maxChecks = 16;

/** What the entered password matches: a pending sign-up, or the hash in the row or at the source. */
type Match = { signUp: SignUpData } | { hashOfRow: string } | { hashOfSource: string };

/**
 * Resends the link of a sign-up, and confirms a sign-up when its link is opened. The reader of the mailbox may not be the person who
 * signed up, so the password selects the sign-up: docs/adr/0011-password-at-the-click.md.
 */
@Injectable()
export class SignUpConfirmationService {
  constructor(
    private readonly users: UsersService,
    private readonly accounts: LegacyAccounts,
    private readonly rows: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly mails: ConfirmationMails,
    private readonly passwords: PasswordHasher,
    private readonly keys: KeyRing,
  ) {}

  /**
   * Mails another link if the address has an unconfirmed row and no link was mailed within the cool-down. The link belongs to no
   * sign-up: the password at the click selects the one that it confirms.
   */
  async resend(typed: string, language: Language): Promise<void> {
    const email = canonicalEmail(typed);
    await this.confirmations.transaction(email, async () => {
      const account = await this.users.findAccountState(email);
      if (!account || !isPending(account)) return;
      const userId = account.user.id;
      if ((await this.confirmations.lockUser(userId, email))?.disabled) return;
      if (await this.confirmations.wasMailedWithin(userId, coolDown)) return;
      await this.mails.sendSignUpLink({ userId, email: recipient(account, email) }, language);
    });
  }

  /**
   * Does not change a row that has been confirmed or linked in the meantime.
   * @throws AppError `users.confirmation_invalid`, `passwords.blank`, `auth.invalid_credentials`, `overloaded`
   */
  async confirm(confirmation: Confirmation, givenPassword: unknown): Promise<void> {
    const row = await this.findUnconfirmed(confirmation);
    if (row === undefined) return;
    const password = requirePassword(givenPassword);
    if (!(await this.confirmations.countPassword(confirmation.id)))
      return this.refuseUnlessUsed(confirmation);
    let match: Match | undefined;
    try {
      match = await this.match(confirmation, row, password);
      if (match) await this.confirmMatch(confirmation, match);
    } catch (error) {
      // The error does not reveal whether the password was right, so the attempt does not count.
      await this.confirmations.uncountPassword(confirmation.id);
      throw error;
    }
    if (match === undefined) throw new AppError('auth.invalid_credentials');
  }

  /** @returns the unconfirmed row; `undefined` if it is confirmed or linked by now, which uses up the link */
  private async findUnconfirmed(confirmation: Confirmation): Promise<LockedUser | undefined> {
    const { userId, email } = confirmation;
    return this.confirmations.forUser(userId, email, async (row) => {
      if (row === undefined || row.disabled || !row.hasEmail)
        throw new AppError('users.confirmation_invalid');
      if (!row.confirmed && row.sub === null) return row;
      await this.confirmations.use(confirmation);
      return undefined;
    });
  }

  /** A concurrent click has used the link, or it has had too many wrong passwords. */
  private async refuseUnlessUsed(confirmation: Confirmation): Promise<void> {
    const known = await this.confirmations.findAgain(confirmation);
    if (!known?.used) throw new AppError('users.confirmation_invalid');
  }

  private async match(
    confirmation: Confirmation,
    { passwordHash: hashOfRow }: LockedUser,
    password: string,
  ): Promise<Match | undefined> {
    for (const signUp of await this.findCandidates(confirmation, password))
      if (await this.isRight(password, signUp.passwordHash)) return { signUp };
    if (await this.isRight(password, hashOfRow)) return { hashOfRow };
    const account = await this.accounts.find(confirmation.email);
    if (account?.user.id !== confirmation.userId || account.legacyId === null) return undefined;
    const hashOfSource = account.passwordHash;
    return (await this.isRight(password, hashOfSource)) ? { hashOfSource } : undefined;
  }

  private findCandidates(confirmation: Confirmation, password: string): Promise<SignUpData[]> {
    if (confirmation.passwordHash) return Promise.resolve([confirmation]);
    const tags = passwordTags(this.keys, password);
    return this.confirmations.signUpsOfResentLink(confirmation.id, tags, maxChecks - 1);
  }

  private async isRight(password: string, stored: string | null): Promise<boolean> {
    if (stored === null || isBlankHash(stored)) return false;
    if (!isStorable(password) || password.length > longestPassword) return false;
    const outcome = await this.passwords.verify(password, stored);
    return outcome === 'match' || outcome === 'match-needs-rehash';
  }

  private async confirmMatch(confirmation: Confirmation, match: Match): Promise<void> {
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
      if (!(await this.rows.confirm({ userId, email, ...signUp })))
        throw new AppError('users.confirmation_invalid');
      await this.confirmations.use(confirmation, signUp.id);
    });
  }
}

/** Uses the row's spelling of the address, because a mail server may treat NFC and NFD as two mailboxes. */
export const recipient = (account: AccountState | undefined, email: string): string =>
  account ? normaliseEmail(account.user.email) : email;

export const isPending = ({ user, confirmed }: AccountState): boolean =>
  !confirmed && user.sub === null && !user.disabled;

/** With 64 tags, a resent link is checked against 1/64 of the sign-ups with which an attacker floods an address. */
const tags = 64;

/**
 * Tags preselect the pending sign-ups of an address that can match a password, because a full check takes a third of a second.
 * @returns six bits of a keyed digest of the password for each of `SESSION_SECRETS`, newest first
 */
export function passwordTags(keys: KeyRing, password: string): number[] {
  return keys
    .derive('password-tags')
    .map((key) => (createHmac('sha256', key).update(password).digest()[0] ?? 0) % tags);
}
