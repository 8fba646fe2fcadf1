import { Injectable } from '@nestjs/common';
import { AppError } from '../platform/errors/app-error.js';
import type { Language } from '../platform/texts/languages.js';
import { AuditTrail } from './audit-trail.js';
import { EmailChanges } from './confirmation/email-changes.js';
import { type Confirmation, ConfirmationsRepository } from './persistence/confirmations.repository.js';
import { UsersRepository } from './persistence/users.repository.js';

/** Somebody opened a mailed link. */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly users: UsersRepository,
    private readonly emailChanges: EmailChanges,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * A second time changes nothing, and is no mistake: people click twice.
   * @throws AppError `users.confirmation_invalid`, and for a new address what `EmailChanges.apply` throws
   */
  async confirm(token: string, language: Language): Promise<void> {
    const confirmation = await this.confirmations.find(token);
    if (confirmation?.used) return;
    if (confirmation === undefined || confirmation.expired) throw new AppError('users.confirmation_invalid');
    if (confirmation.purpose === 'email-change') await this.changeEmail(confirmation, language);
    else await this.confirmSignUp(confirmation);
  }

  private async changeEmail(confirmation: Confirmation, language: Language): Promise<void> {
    await this.emailChanges.apply(confirmation, language);
    const owner = { id: confirmation.userId };
    await this.audit.record(owner, 'change-email', owner);
  }

  private async confirmSignUp(confirmation: Confirmation): Promise<void> {
    await this.confirmations.transaction(confirmation.email, async () => {
      if (!(await this.users.confirm(confirmation))) throw new AppError('users.confirmation_invalid');
      await this.confirmations.use(confirmation);
    });
  }
}
