import { Module } from '@nestjs/common';
import { AdminModule } from '../admin/admin.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { CognitoModule } from '../cognito/cognito.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { ChangeEmailPages } from './account/change-email.pages.js';
import { ChangePasswordPages } from './account/change-password.pages.js';
import { DeleteAccountPages } from './account/delete-account.pages.js';
import { EnrolmentCookie } from './account/enrolment-cookie.js';
import { ProfilePages } from './account/profile.pages.js';
import { SecurityPages } from './account/security.pages.js';
import { SessionsPages } from './account/sessions.pages.js';
import { PageAssets, PageAssetsController } from './page-assets.js';
import { PageLanguage, PageLanguageController } from './page-language.js';
import { PageSession } from './page-session.js';
import { Pages } from './pages.service.js';
import { PolicyReader } from './password-fields.js';
import { ResetPages } from './passwords/reset.pages.js';
import { ConfirmationPages } from './registration/confirmation.pages.js';
import { SignUpPages } from './registration/sign-up.pages.js';
import { ReturnUrl } from './return-url.js';
import { NextStep } from './sign-in/next-step.js';
import { SignInPages } from './sign-in/sign-in.pages.js';
import { SignedOutPages } from './sign-in/signed-out.pages.js';
import { StepPages, StepRateLimitKey } from './sign-in/step.pages.js';
import { StepCookie } from './step-cookie.js';

/** The hosted pages: server-rendered forms that do what the API does (docs/pages.md). */
@Module({
  imports: [
    AdminModule,
    AuthModule,
    CognitoModule,
    PasswordsModule,
    RegistrationModule,
    SessionsModule,
    UsersModule,
  ],
  controllers: [
    ChangeEmailPages,
    ChangePasswordPages,
    ConfirmationPages,
    DeleteAccountPages,
    PageAssetsController,
    PageLanguageController,
    ProfilePages,
    ResetPages,
    SecurityPages,
    SessionsPages,
    SignedOutPages,
    SignInPages,
    SignUpPages,
    StepPages,
  ],
  providers: [
    EnrolmentCookie,
    NextStep,
    PageAssets,
    PageLanguage,
    Pages,
    PageSession,
    PolicyReader,
    ReturnUrl,
    StepCookie,
    StepRateLimitKey,
  ],
})
export class PagesModule {}
