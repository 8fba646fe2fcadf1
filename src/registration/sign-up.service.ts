import { canonicalEmail, type SignUpRequest } from '#contracts';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '../common/crypto/key-ring.js';
import type { Language } from '../i18n/languages.js';
import { LegacyAccounts } from '../legacy/legacy-accounts.js';
import { PasswordHasher } from '../credentials/password-hasher.js';
import { PasswordPolicy, validateNewPassword } from '../credentials/password-policy.js';
import { UsersRepository } from '../users/users.repository.js';
import { isPending, passwordTags, recipient } from './sign-up-confirmation.service.js';
import { ConfirmationMails } from './confirmation-mails.js';
import { ConfirmationsRepository, type NewConfirmation } from './persistence/confirmations.repository.js';

type SignUp = Pick<NewConfirmation, 'passwordHash' | 'passwordTag' | 'firstName' | 'lastName'>;

/**
 * Several people can sign up with one address, but only its owner reads the mails. So each sign-up keeps its own password, and the row
 * gets the one that is entered at the click (`SignUpConfirmationService`).
 */
@Injectable()
export class SignUpService {
  constructor(
    private readonly policy: PasswordPolicy,
    private readonly passwords: PasswordHasher,
    private readonly keys: KeyRing,
    private readonly accounts: LegacyAccounts,
    private readonly rows: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly mails: ConfirmationMails,
  ) {}

  /**
   * Does the same work whether or not the address has an account: one hash and one mail.
   * @throws AppError `passwords.blank`, `passwords.confirmation_mismatch`, `passwords.policy`, `legacy.unavailable`, `overloaded`
   */
  async signUp(request: SignUpRequest, language: Language): Promise<void> {
    const password = validateNewPassword(request);
    await this.policy.check(password);
    const passwordHash = await this.passwords.hash(password);
    const [passwordTag] = passwordTags(this.keys, password);
    const { firstName = null, lastName = null } = request;
    const signUp = { passwordHash, passwordTag, firstName, lastName };
    const email = canonicalEmail(request.email);
    const found = await this.accounts.ask(email);
    // Several people of the source have the address, so its owner is unknown.
    if (found?.user === undefined && (found?.rows ?? 0) > 0) return;
    await this.insert(email, signUp, language);
  }

  /** Inserts the sign-up and mails the owner of the address: the link, or a notice if the address has an account. */
  private async insert(email: string, signUp: SignUp, language: Language): Promise<void> {
    await this.confirmations.transaction(email, async () => {
      const account = await this.accounts.findState(email);
      const userId = account ? account.user.id : await this.rows.insertUnconfirmed(email);
      // Several rows share the address, so its owner is unknown.
      if (userId === undefined || account?.user.disabled) return;
      // Disabling a row deletes its pending sign-ups: do not add one to a row that has been disabled in the meantime.
      if ((await this.confirmations.lockUser(userId, email))?.disabled) return;
      if (account && !isPending(account))
        await this.mails.send({ to: account.user.email, mail: 'sign_up_exists', language, values: {} });
      else await this.mails.sendSignUpLink({ userId, email: recipient(account, email), ...signUp }, language);
    });
  }
}
