import { Module } from '@nestjs/common';
import { CognitoAdminClient, CognitoAppClient } from './cognito-client.js';
import { CognitoClock } from './cognito-clock.js';
import { CognitoMonitoring } from './cognito-monitoring.js';
import { IdentityProvider } from './identity-provider.js';
import { SettingsCheck } from './settings-check.js';
import { SigningKeys } from './signing-keys.js';
import { TokenVerifier } from './token-verifier.js';
import { UserDirectory } from './user-directory.js';

@Module({
  providers: [
    CognitoAdminClient,
    CognitoAppClient,
    CognitoClock,
    CognitoMonitoring,
    IdentityProvider,
    SettingsCheck,
    SigningKeys,
    TokenVerifier,
    UserDirectory,
  ],
  exports: [CognitoClock, IdentityProvider, TokenVerifier, UserDirectory],
})
export class CognitoModule {}
