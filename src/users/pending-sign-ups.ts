import { canonicalEmail, normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { Language } from '../platform/texts/languages.js';
import { ConfirmationMails } from './confirmation/confirmation-mails.js';
import { ConfirmationsRepository } from './persistence/confirmations.repository.js';
import { UsersRepository } from './persistence/users.repository.js';
import type { LegacyAccount } from './user.js';

/** Seconds between two mails that somebody asks for. */
const coolDown = 60;

export interface SignUp {
  email: string;
  passwordHash: string;
  passwordTag: number | undefined;
  firstName: string | null;
  lastName: string | null;
}

/**
 * Sign-ups that are not confirmed yet. Several people can sign up with one address, and only its owner reads the mails. Each sign-up
 * keeps a password of its own, and the row gets the one that is typed at the click (`SignUpLinks`).
 */
@Injectable()
export class PendingSignUps {
  constructor(
    private readonly users: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly mails: ConfirmationMails,
  ) {}

  /** Writes a sign-up down and mails the owner of the address, whoever that is. */
  async begin({ email: typed, ...signUp }: SignUp, language: Language): Promise<void> {
    const email = canonicalEmail(typed);
    await this.confirmations.transaction(email, async () => {
      const account = await this.users.findLegacyAccount(email, undefined);
      const userId = account ? account.user.id : await this.users.insertUnconfirmed(email);
      // Rows collide by case: nobody can tell whose address it is.
      if (userId === undefined || account?.user.disabled) return;
      // Disabled meanwhile: what waits for a disabled row was deleted with that.
      if ((await this.confirmations.lockUser(userId, email))?.disabled) return;
      if (account && !isPending(account))
        await this.mails.send({ to: account.user.email, mail: 'sign_up_exists', language, values: {} });
      else await this.mails.sendSignUpLink({ userId, email: mailedTo(account, email), ...signUp }, language);
    });
  }

  /**
   * Mails a link once more, if somebody signed up with this address and none was mailed just now. It belongs to no sign-up: the
   * password at the click says which of them it confirms.
   */
  async resend(typed: string, language: Language): Promise<void> {
    const email = canonicalEmail(typed);
    await this.confirmations.transaction(email, async () => {
      const account = await this.users.findLegacyAccount(email, undefined);
      if (!account || !isPending(account)) return;
      const userId = account.user.id;
      if ((await this.confirmations.lockUser(userId, email))?.disabled) return;
      if (await this.confirmations.wasMailedWithin(userId, coolDown)) return;
      await this.mails.sendSignUpLink({ userId, email: mailedTo(account, email) }, language);
    });
  }
}

/** A row keeps its spelling of the address: a mail server may hold NFC and NFD for two mailboxes. */
const mailedTo = (account: LegacyAccount | undefined, email: string): string =>
  account ? normaliseEmail(account.user.email) : email;

const isPending = ({ user, confirmed }: LegacyAccount): boolean =>
  !confirmed && user.sub === null && !user.disabled;
