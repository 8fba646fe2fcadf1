import { Injectable } from '@nestjs/common';
import type { Language } from '../platform/texts/languages.js';
import { ConfirmationMails } from './confirmation/confirmation-mails.js';
import { canonicalEmail, normaliseEmail } from './email.js';
import { ConfirmationsRepository, type PendingSignUp } from './persistence/confirmations.repository.js';
import { UsersRepository } from './persistence/users.repository.js';
import type { LegacyAccount } from './user.js';

/** Seconds between two mails that somebody asks for. */
const coolDown = 60;

export interface SignUp {
  email: string;
  passwordHash: string;
  firstName: string | null;
  lastName: string | null;
}

/**
 * Sign-ups that nobody has confirmed yet. Several people can sign up with one address, and only its owner reads the mails:
 * so each mailed link brings the password of the sign-up it belongs to, and until one is opened the row has none.
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
      if (account && !isPending(account))
        await this.mails.send({ to: account.user.email, mail: 'sign_up_exists', language, values: {} });
      else
        await this.mails.sendLink(
          { userId, email: mailedTo(account, email), purpose: 'sign-up', ...signUp },
          language,
        );
    });
  }

  /** Mails a link once more, if somebody signed up with this address and nobody has just mailed one. */
  async resend(typed: string, language: Language): Promise<void> {
    const email = canonicalEmail(typed);
    await this.confirmations.transaction(email, async () => {
      const account = await this.users.findLegacyAccount(email, undefined);
      if (!account || !isPending(account)) return;
      const pending = await this.confirmations.pendingSignUps(account.user.id);
      if (pending.some(({ secondsAgo }) => secondsAgo < coolDown)) return;
      const promised = whatIsConfirmed(account, pending);
      await this.mails.sendLink(
        { userId: account.user.id, email: mailedTo(account, email), purpose: 'sign-up', ...promised },
        language,
      );
    });
  }
}

/** A row keeps its spelling of the address: a mail server may hold NFC and NFD for two mailboxes. */
const mailedTo = (account: LegacyAccount | undefined, email: string): string =>
  account ? normaliseEmail(account.user.email) : email;

const isPending = ({ user, confirmed }: LegacyAccount): boolean =>
  !confirmed && user.sub === null && !user.disabled;

/**
 * Where one person signed up the link confirms that sign-up. Where several may have, nobody knows whose password is whose:
 * then it confirms the address and no password, and its owner sets one by a reset.
 */
function whatIsConfirmed(
  { passwordHash }: LegacyAccount,
  pending: PendingSignUp[],
): Pick<PendingSignUp, 'passwordHash' | 'firstName' | 'lastName'> {
  const none = { passwordHash: null, firstName: null, lastName: null };
  const [only, ...others] = pending;
  if (only === undefined) return none;
  if (others.length > 0 || passwordHash !== '') return { ...none, passwordHash: '' };
  const { firstName, lastName } = only;
  return { passwordHash: only.passwordHash, firstName, lastName };
}
