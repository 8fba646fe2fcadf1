import { Injectable } from '@nestjs/common';
import type { Call } from '../call.js';
import { Configuration } from '../config/configuration.js';
import { requireUser } from '../auth-response.js';
import type { TriggerEvent } from '../trigger-event.js';
import { userAttributes } from '../user-attributes.js';
import { UsherClient } from '../usher-client.js';
import { TRY_AGAIN_LATER, type Trigger, type TriggerResult } from './trigger.js';

/** A reset request for a user name that is not in the pool. The event contains no password. */
@Injectable()
export class ForgotPasswordTrigger implements Trigger {
  readonly source = 'UserMigration_ForgotPassword';
  readonly errorMessage = TRY_AGAIN_LATER;

  constructor(
    private readonly usher: UsherClient,
    private readonly configuration: Configuration,
  ) {}

  async handle({ userName }: TriggerEvent, call: Call): Promise<TriggerResult> {
    const response = await this.usher.send({ email: userName }, call);
    // The original Rails endpoint does not send the second key.
    if (!response.user_exists || response.password_reset_allowed === false) return { outcome: 'no_reset' };
    const { attributes, leftOut } = userAttributes(requireUser(response), this.configuration);
    return {
      outcome: 'reset_allowed',
      // Without finalUserStatus, Cognito sets RESET_REQUIRED and sends the code.
      response: { userAttributes: attributes, messageAction: 'SUPPRESS' },
      leftOut,
    };
  }
}
