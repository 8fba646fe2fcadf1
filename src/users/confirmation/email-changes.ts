import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import type { Language } from '../../platform/texts/languages.js';
import { AuditTrail } from '../audit-trail.js';
import {
  type Confirmation,
  ConfirmationsRepository,
  type LockedUser,
} from '../persistence/confirmations.repository.js';
import { UsersRepository } from '../persistence/users.repository.js';
import type { User } from '../user.js';
import { ConfirmationMails } from './confirmation-mails.js';

export interface EmailChangeRequest {
  user: User;
  /** Normalised. */
  email: string;
  /** From before the password was checked. */
  generation: number;
}

/** What the table knows of changes of address: requested, cancelled, done. Each with its entry in the audit trail. */
@Injectable()
export class EmailChanges {
  constructor(
    private readonly users: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly mails: ConfirmationMails,
    private readonly audit: AuditTrail,
  ) {}

  /** Changes whenever the person's credentials are revoked. */
  generation({ id }: User): Promise<number> {
    return this.confirmations.generation(id);
  }

  /**
   * A new request takes the place of an earlier one. The old address is told in any case.
   * @throws AppError `auth.token_invalid` when credentials were revoked after the password was checked
   */
  async begin(request: EmailChangeRequest, language: Language): Promise<void> {
    const { user, email } = request;
    await this.confirmations.transaction(email, async () => {
      const row = await this.refuseOutdated(request);
      await this.users.setUnconfirmedEmail(user.id, email);
      await this.confirmations.supersedeEmailChanges(user.id);
      const links = await this.mails.insertEmailChange(user.id, email);
      await this.mailNewAddress(email, links.confirm, language);
      const values = { newAddress: masked(email), link: links.cancel };
      await this.mails.send({ to: row.email, mail: 'email_change_notice', language, values });
      await this.audit.record(user, 'request-email-change', user);
    });
  }

  /** For the person who is signed in. */
  async cancel(user: User): Promise<void> {
    await this.confirmations.forUser(user.id, user.email, async () => {
      if (await this.confirmations.revokeEmailChanges(user.id))
        await this.audit.record(user, 'cancel-email-change', user);
    });
  }

  /** For the link in a notice mail, which cancels whatever change is pending while the account has its address. */
  async cancelByLink(token: string): Promise<void> {
    const confirmation = await this.confirmations.findByCancelToken(token);
    if (confirmation === undefined || confirmation.used) return;
    const owner = { id: confirmation.userId };
    await this.confirmations.forUser(owner.id, confirmation.email, async () => {
      const known = await this.confirmations.findAgain(confirmation);
      if (known === undefined || known.used) return;
      if (await this.confirmations.revokeEmailChanges(owner.id))
        await this.audit.record('mailed-link', 'cancel-email-change', owner);
    });
  }

  /**
   * Cognito has the new address of this `sub`. It becomes the row's, unless the change was revoked or the address taken since:
   * then the change is revoked, and Cognito must get the old address again.
   */
  async finish(
    confirmation: Confirmation,
    sub: string,
    language: Language,
  ): Promise<'done' | 'revoked' | 'taken'> {
    const { userId, email } = confirmation;
    return this.confirmations.transaction(email, async () => {
      const user = await this.confirmations.lockUser(userId, email);
      const known = await this.confirmations.findAgain(confirmation);
      const isCurrent =
        known !== undefined && !known.void && !known.used && user?.sub === sub && !user.disabled;
      if (isCurrent && (await this.users.changeEmail(userId, email))) {
        await this.confirmations.use(confirmation);
        await this.mails.send({ to: user.email, mail: 'email_changed', language, values: {} });
        await this.audit.record('mailed-link', 'change-email', { id: userId });
        return 'done';
      }
      await this.confirmations.revoke(confirmation);
      return isCurrent ? 'taken' : 'revoked';
    });
  }

  /** A disabled person, another link to the pool or a later revocation: the request is older than any of these. */
  private async refuseOutdated({ user, email, generation }: EmailChangeRequest): Promise<LockedUser> {
    const row = await this.confirmations.lockUser(user.id, email);
    if (row === undefined || row.sub !== user.sub || row.disabled) throw new AppError('auth.token_invalid');
    if ((await this.generation(user)) !== generation) throw new AppError('auth.token_invalid');
    return row;
  }

  /** Where the address is somebody else's, its owner is told instead. */
  private async mailNewAddress(email: string, link: string, language: Language): Promise<void> {
    const owner = await this.users.findByEmail(email);
    if (owner === undefined && !(await this.users.hasRows(email)))
      await this.mails.send({ to: email, mail: 'email_change_confirm', language, values: { link } });
    else if (owner && !owner.disabled)
      await this.mails.send({ to: owner.email, mail: 'sign_up_exists', language, values: {} });
  }
}

/** Enough for its owner to know it again. */
const masked = (email: string): string => email.replace(/^(.).*@/su, '$1***@');
