import { type DynamicModule, Module } from '@nestjs/common';
import { Configuration } from './config/configuration.js';
import { Log } from './log.js';
import { AuthenticationTrigger } from './triggers/authentication.trigger.js';
import { ForgotPasswordTrigger } from './triggers/forgot-password.trigger.js';
import { PreSignUpTrigger } from './triggers/pre-sign-up.trigger.js';
import { Triggers } from './triggers/triggers.js';
import { UsherClient } from './usher-client.js';

@Module({
  providers: [Triggers, AuthenticationTrigger, ForgotPasswordTrigger, PreSignUpTrigger, UsherClient, Log],
})
export class MigrationLambdaModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: MigrationLambdaModule,
      providers: [{ provide: Configuration, useValue: configuration }],
    };
  }
}
