import { Injectable } from '@nestjs/common';
import type { Call } from '../call.js';
import { Configuration } from '../config/configuration.js';
import { legacyUser } from '../legacy-answer.js';
import type { TriggerEvent } from '../trigger-event.js';
import { userAttributes } from '../user-attributes.js';
import { UsherClient } from '../usher-client.js';
import { TRY_AGAIN_LATER, type Trigger, type TriggerAnswer } from './trigger.js';

/** A forgotten password of somebody whom the pool does not know. Cognito sends no password here. */
@Injectable()
export class ForgotPasswordTrigger implements Trigger {
  readonly source = 'UserMigration_ForgotPassword';
  readonly apology = TRY_AGAIN_LATER;

  constructor(
    private readonly usher: UsherClient,
    private readonly configuration: Configuration,
  ) {}

  async answer({ userName }: TriggerEvent, call: Call): Promise<TriggerAnswer> {
    const answer = await this.usher.ask({ email: userName }, call);
    // The original Rails endpoint does not know the second key.
    if (!answer.user_exists || answer.password_reset_allowed === false) return { outcome: 'no_reset' };
    const { attributes, leftOut } = userAttributes(legacyUser(answer), this.configuration);
    return {
      outcome: 'reset_allowed',
      // Without finalUserStatus, Cognito sets RESET_REQUIRED and sends the code.
      response: { userAttributes: attributes, messageAction: 'SUPPRESS' },
      leftOut,
    };
  }
}
