import { Module } from '@nestjs/common';
import { CognitoAppClient } from './cognito-client.js';
import { CognitoClock } from './cognito-clock.js';
import { CognitoMonitoring } from './cognito-monitoring.js';
import { IdentityProvider } from './identity-provider.js';
import { SettingsCheck } from './settings-check.js';
import { SigningKeys } from './signing-keys.js';
import { TokenVerifier } from './token-verifier.js';
import { UserDirectoryModule } from './user-directory.module.js';

@Module({
  imports: [UserDirectoryModule],
  providers: [
    CognitoAppClient,
    CognitoClock,
    CognitoMonitoring,
    IdentityProvider,
    SettingsCheck,
    SigningKeys,
    TokenVerifier,
  ],
  exports: [CognitoClock, IdentityProvider, TokenVerifier, UserDirectoryModule],
})
export class CognitoModule {}
