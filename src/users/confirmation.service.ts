import { Injectable } from '@nestjs/common';
import type { ConfirmRequest } from '#contracts';
import { AppError } from '../platform/errors/app-error.js';
import type { Language } from '../platform/texts/languages.js';
import { EmailChangeLinks } from './confirmation/email-change-links.js';
import { EmailChanges } from './confirmation/email-changes.js';
import { SignUpLinks } from './confirmation/sign-up-links.js';
import { ConfirmationsRepository } from './persistence/confirmations.repository.js';

/** Somebody opened a mailed link. */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly signUps: SignUpLinks,
    private readonly emailChanges: EmailChangeLinks,
    private readonly changes: EmailChanges,
  ) {}

  /**
   * A second time changes nothing, and is no mistake: people click twice.
   * @throws AppError `users.confirmation_invalid`, and what `SignUpLinks.use` and `EmailChangeLinks.use` throw
   */
  async confirm({ token, password }: ConfirmRequest, language: Language): Promise<void> {
    const confirmation = await this.confirmations.find(token);
    if (confirmation?.used) return;
    if (confirmation === undefined || confirmation.void) throw new AppError('users.confirmation_invalid');
    if (confirmation.purpose === 'email-change') await this.emailChanges.use(confirmation, language);
    else await this.signUps.use(confirmation, password);
  }

  /** Cancels a change of address. Says nothing about the token. */
  cancel(token: string): Promise<void> {
    return this.changes.cancelByLink(token);
  }
}
