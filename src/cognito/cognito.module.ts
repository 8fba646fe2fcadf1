import { Module } from '@nestjs/common';
import { CognitoAppClient } from './cognito-client.js';
import { CognitoClock } from './cognito-clock.js';
import { CognitoMonitoring } from './cognito-monitoring.js';
import { IdentityProvider } from './identity-provider.js';
import { PoolSettingsReader } from './pool-settings.reader.js';
import { SigningKeys } from './signing-keys.js';
import { TokenVerifier } from './token-verifier.js';
import { TriggerFunctionReader } from './trigger-function.reader.js';
import { UserDirectoryModule } from './user-directory.module.js';

@Module({
  imports: [UserDirectoryModule],
  providers: [
    CognitoAppClient,
    CognitoClock,
    CognitoMonitoring,
    IdentityProvider,
    PoolSettingsReader,
    SigningKeys,
    TokenVerifier,
    TriggerFunctionReader,
  ],
  exports: [
    CognitoClock,
    IdentityProvider,
    PoolSettingsReader,
    TokenVerifier,
    TriggerFunctionReader,
    UserDirectoryModule,
  ],
})
export class CognitoModule {}
