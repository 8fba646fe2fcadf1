import { Module } from '@nestjs/common';
import { CognitoConnection } from './cognito-connection.js';
import { CognitoIdentityProvider } from './cognito-identity-provider.js';
import { IdentityProvider } from './identity-provider.js';
import { SigningKeys } from './signing-keys.js';
import { TokenVerifier } from './token-verifier.js';

@Module({
  providers: [
    CognitoConnection,
    SigningKeys,
    TokenVerifier,
    { provide: IdentityProvider, useClass: CognitoIdentityProvider },
  ],
  exports: [IdentityProvider, TokenVerifier],
})
export class CognitoModule {}
