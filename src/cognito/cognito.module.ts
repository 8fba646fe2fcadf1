import { Module } from '@nestjs/common';
import { AdminConnection } from './admin-connection.js';
import { AppClientConnection } from './app-client-connection.js';
import { CognitoHealth } from './cognito-health.js';
import { CognitoIdentityProvider } from './cognito-identity-provider.js';
import { CognitoMonitoring } from './cognito-monitoring.js';
import { CognitoUserDirectory } from './cognito-user-directory.js';
import { IdentityProvider } from './identity-provider.js';
import { SettingsCheck } from './settings-check.js';
import { SigningKeys } from './signing-keys.js';
import { TokenVerifier } from './token-verifier.js';
import { UserDirectory } from './user-directory.js';

@Module({
  providers: [
    AdminConnection,
    AppClientConnection,
    CognitoHealth,
    CognitoMonitoring,
    SettingsCheck,
    SigningKeys,
    TokenVerifier,
    { provide: IdentityProvider, useClass: CognitoIdentityProvider },
    { provide: UserDirectory, useClass: CognitoUserDirectory },
  ],
  exports: [IdentityProvider, TokenVerifier, UserDirectory],
})
export class CognitoModule {}
