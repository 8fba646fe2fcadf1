import { Module } from '@nestjs/common';
import { CognitoIdentityProvider } from './cognito-identity-provider.js';
import { IdentityProvider } from './identity-provider.js';
import { TokenVerifier } from './token-verifier.js';

@Module({
  providers: [{ provide: IdentityProvider, useClass: CognitoIdentityProvider }, TokenVerifier],
  exports: [IdentityProvider, TokenVerifier],
})
export class CognitoModule {}
