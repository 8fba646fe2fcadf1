import { Injectable } from '@nestjs/common';
import type { Call } from '../call.js';
import { Configuration } from '../config/configuration.js';
import { requireUser } from '../auth-response.js';
import type { TriggerEvent } from '../trigger-event.js';
import { userAttributes } from '../user-attributes.js';
import { UsherClient } from '../usher-client.js';
import { TRY_AGAIN_LATER, type Trigger, type TriggerResult } from './trigger.js';

/** A sign-in with a user name that is not in the pool. */
@Injectable()
export class AuthenticationTrigger implements Trigger {
  readonly source = 'UserMigration_Authentication';
  readonly errorMessage = TRY_AGAIN_LATER;

  constructor(
    private readonly usher: UsherClient,
    private readonly configuration: Configuration,
  ) {}

  async handle({ userName, request }: TriggerEvent, call: Call): Promise<TriggerResult> {
    const response = await this.usher.send({ email: userName, password: request.password ?? '' }, call);
    // An empty response, not an error: Cognito then responds as for any unknown user.
    if (!response.success) return { outcome: 'not_migrated' };
    const { attributes, leftOut } = userAttributes(requireUser(response), this.configuration);
    return {
      outcome: 'migrated',
      response: { userAttributes: attributes, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS' },
      leftOut,
    };
  }
}
