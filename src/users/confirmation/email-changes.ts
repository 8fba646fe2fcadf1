import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../../cognito/user-directory.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Language } from '../../platform/texts/languages.js';
import { type Confirmation, ConfirmationsRepository } from '../persistence/confirmations.repository.js';
import { UsersRepository } from '../persistence/users.repository.js';
import type { User } from '../user.js';
import { ConfirmationMails } from './confirmation-mails.js';

/** Seconds. A change that hangs is over by then. */
const retryAfter = 2;

/** The way from one address to another. The old one counts until the owner of the new one has opened the mailed link. */
@Injectable()
export class EmailChanges {
  constructor(
    private readonly users: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly directory: UserDirectory,
    private readonly mails: ConfirmationMails,
  ) {}

  /** A new wish takes the place of an earlier one. The old address is told in any case. @param email normalised */
  async begin(user: User, email: string, language: Language): Promise<void> {
    await this.confirmations.transaction(email, async () => {
      await this.users.setUnconfirmedEmail(user.id, email);
      await this.confirmations.removeEmailChanges(user.id);
      const owner = await this.users.findByEmail(email);
      if (owner === undefined)
        await this.mails.sendLink({ userId: user.id, email, purpose: 'email-change' }, language);
      else if (!owner.disabled)
        await this.mails.send({ to: owner.email, mail: 'sign_up_exists', language, values: {} });
      const values = { newAddress: masked(email) };
      await this.mails.send({ to: user.email, mail: 'email_change_notice', language, values });
    });
  }

  /**
   * Cognito first, then our row; both can be done again, so a click after a failure finishes what was begun. When Cognito
   * refuses, the old address stays on both sides.
   * @throws AppError `users.confirmation_invalid` when something else is wished for by now, `auth.account_link_conflict`
   * when the address has become somebody else's, `overloaded` while another change of this person is under way
   */
  async apply(confirmation: Confirmation, language: Language): Promise<void> {
    const user = await this.users.findAwaiting(confirmation.userId, confirmation.email);
    if (user?.sub == null || user.disabled) throw new AppError('users.confirmation_invalid');
    if (await this.users.findByEmail(confirmation.email)) throw new AppError('auth.account_link_conflict');
    if (!(await this.confirmations.takeTurn(confirmation))) throw new AppError('overloaded', { retryAfter });
    try {
      await this.directory.changeEmail(user.sub, confirmation.email);
      await this.record(user, confirmation, language);
    } finally {
      await this.confirmations.endTurn(confirmation);
    }
  }

  private async record(user: User, confirmation: Confirmation, language: Language): Promise<void> {
    const changed = await this.confirmations.transaction(confirmation.email, async () => {
      if (!(await this.users.changeEmail(user.id, confirmation.email))) return false;
      await this.confirmations.use(confirmation);
      await this.mails.send({ to: user.email, mail: 'email_changed', language, values: {} });
      return true;
    });
    if (changed) return;
    // Somebody's row got the address meanwhile, through Rails perhaps.
    if (user.sub !== null) await this.directory.changeEmail(user.sub, user.email);
    throw new AppError('auth.account_link_conflict');
  }
}

/** Enough for its owner to know it again. */
const masked = (email: string): string => email.replace(/^(.).*@/su, '$1***@');
