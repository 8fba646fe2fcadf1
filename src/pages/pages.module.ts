import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CognitoModule } from '../cognito/cognito.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
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
  imports: [AuthModule, CognitoModule, PasswordsModule, RegistrationModule, SessionsModule, UsersModule],
  controllers: [
    ConfirmationPages,
    PageAssetsController,
    PageLanguageController,
    ResetPages,
    SignedOutPages,
    SignInPages,
    SignUpPages,
    StepPages,
  ],
  providers: [
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
