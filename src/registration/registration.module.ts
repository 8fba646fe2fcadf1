import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { LegacyModule } from '../legacy/legacy.module.js';
import { UsersModule } from '../users/users.module.js';
import { ConfirmationMails } from './confirmation-mails.js';
import { ConfirmationService } from './confirmation.service.js';
import { EmailChangeConfirmationService } from './email-change-confirmation.service.js';
import { EmailChangeController } from './email-change.controller.js';
import { EmailChangeRollbackJob } from './email-change-rollback.job.js';
import { EmailChangeService } from './email-change.service.js';
import { ObsoleteSignUpsJob } from './obsolete-sign-ups.job.js';
import { ConfirmationsRepository } from './persistence/confirmations.repository.js';
import { SignUpConfirmationService } from './sign-up-confirmation.service.js';
import { SignUpController } from './sign-up.controller.js';
import { SignUpService } from './sign-up.service.js';

/** Sign-up, confirmation, and changes of the e-mail address. */
@Module({
  imports: [CognitoModule, CredentialsModule, LegacyModule, UsersModule],
  controllers: [EmailChangeController, SignUpController],
  providers: [
    ConfirmationMails,
    ConfirmationService,
    ConfirmationsRepository,
    EmailChangeConfirmationService,
    EmailChangeRollbackJob,
    EmailChangeService,
    ObsoleteSignUpsJob,
    SignUpConfirmationService,
    SignUpService,
  ],
  exports: [EmailChangeService, SignUpConfirmationService],
})
export class RegistrationModule {}
