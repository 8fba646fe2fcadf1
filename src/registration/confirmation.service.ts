import { Injectable } from '@nestjs/common';
import type { ConfirmRequest } from '#contracts';
import { AppError } from '../common/errors/app-error.js';
import type { Language } from '../i18n/languages.js';
import { SignUpConfirmationService } from './sign-up-confirmation.service.js';
import { ConfirmationsRepository } from './persistence/confirmations.repository.js';
import { EmailChangeConfirmationService } from './email-change-confirmation.service.js';

/** Handles a click on a mailed link. */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly confirmations: ConfirmationsRepository,
    private readonly signUps: SignUpConfirmationService,
    private readonly emailChanges: EmailChangeConfirmationService,
  ) {}

  /**
   * A second click changes nothing and succeeds.
   * @throws AppError `users.confirmation_invalid`, and the errors of `SignUpConfirmationService.confirm` and
   * `EmailChangeConfirmationService.confirm`
   */
  async confirm({ token, password }: ConfirmRequest, language: Language): Promise<void> {
    const confirmation = await this.confirmations.find(token);
    if (confirmation?.used) return;
    if (confirmation === undefined || confirmation.void) throw new AppError('users.confirmation_invalid');
    if (confirmation.purpose === 'email-change') await this.emailChanges.confirm(confirmation, language);
    else await this.signUps.confirm(confirmation, password);
  }
}
