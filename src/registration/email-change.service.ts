import { canonicalEmail, type ChangeEmailRequest } from '#contracts';
import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { AppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import type { Language } from '../i18n/languages.js';
import { AuditLog } from '../users/audit-log.js';
import { CurrentUserService } from '../users/current-user.service.js';
import { UsersRepository } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';
import type { LocalUser } from '../users/user.js';
import { ConfirmationMails } from './confirmation-mails.js';
import { ConfirmationsRepository, type LockedUser } from './persistence/confirmations.repository.js';

interface EmailChange {
  user: LocalUser;
  /** Normalised. */
  email: string;
  /** Revocation generation, read before the password check. */
  generation: number;
}

/** Requests and cancels e-mail changes. A request needs the password; `EmailChangeConfirmationService` applies the change. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly currentUser: CurrentUserService,
    private readonly identityProvider: IdentityProvider,
    private readonly users: UsersService,
    private readonly rows: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly mails: ConfirmationMails,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Does not reveal whether another account has the address. A request for the current address cancels a pending change.
   * @throws AppError `auth.invalid_credentials`; `auth.token_invalid` when credentials were revoked after the password check; what
   * `CurrentUserService.resolve` throws
   */
  async request(caller: Principal, request: ChangeEmailRequest, language: Language): Promise<void> {
    const user = await this.currentUser.resolve(caller);
    const generation = await this.confirmations.generation(user.id);
    await this.checkPassword(caller, request.currentPassword);
    const email = canonicalEmail(request.email);
    if (email === canonicalEmail(user.email)) await this.cancel(user);
    else await this.begin({ user, email, generation }, language);
  }

  /** For the link in a notice mail: cancels any pending change, also a later one, until the change of that notice is applied. */
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

  /** Signs in to check the password, and revokes the tokens. A challenge means that the password is right. */
  private async checkPassword({ username }: Principal, password: string): Promise<void> {
    const answer = await this.identityProvider.signIn(username, password);
    if (answer.kind === 'tokens') await this.identityProvider.revoke(answer.tokens.refreshToken);
  }

  private async cancel(user: LocalUser): Promise<void> {
    await this.confirmations.forUser(user.id, user.email, async () => {
      if (await this.confirmations.revokeEmailChanges(user.id))
        await this.audit.record(user, 'cancel-email-change', user);
    });
  }

  /** A new request replaces an earlier one. The old address always gets a notice. */
  private async begin(change: EmailChange, language: Language): Promise<void> {
    const { user, email } = change;
    await this.confirmations.transaction(email, async () => {
      const row = await this.refuseOutdated(change);
      await this.rows.setUnconfirmedEmail(user.id, email);
      await this.confirmations.supersedeEmailChanges(user.id);
      const links = await this.mails.insertEmailChange(user.id, email);
      await this.mailNewAddress(email, links.confirm, language);
      const values = { newAddress: masked(email), link: links.cancel };
      await this.mails.send({ to: row.email, mail: 'email_change_notice', language, values });
      await this.audit.record(user, 'request-email-change', user);
    });
  }

  /** @throws AppError `auth.token_invalid` when the row was disabled, relinked or revoked after the request began */
  private async refuseOutdated({ user, email, generation }: EmailChange): Promise<LockedUser> {
    const row = await this.confirmations.lockUser(user.id, email);
    if (row === undefined || row.sub !== user.sub || row.disabled) throw new AppError('auth.token_invalid');
    if ((await this.confirmations.generation(user.id)) !== generation)
      throw new AppError('auth.token_invalid');
    return row;
  }

  /** If another account has the address, its owner gets a notice instead of the link. */
  private async mailNewAddress(email: string, link: string, language: Language): Promise<void> {
    if (!(await this.rows.isHeld(email)))
      return this.mails.send({ to: email, mail: 'email_change_confirm', language, values: { link } });
    const owner = await this.users.findByEmail(email);
    if (owner && !owner.disabled)
      await this.mails.send({ to: owner.email, mail: 'sign_up_exists', language, values: {} });
  }
}

/** Keeps the first character and the domain, so that the owner recognises the address. */
const masked = (email: string): string => email.replace(/^(.).*@/su, '$1***@');
