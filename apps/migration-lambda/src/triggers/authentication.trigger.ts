import { Injectable } from '@nestjs/common';
import type { Call } from '../call.js';
import { Configuration } from '../config/configuration.js';
import { legacyUser } from '../legacy-answer.js';
import type { TriggerEvent } from '../trigger-event.js';
import { userAttributes } from '../user-attributes.js';
import { UsherClient } from '../usher-client.js';
import { TRY_AGAIN_LATER, type Trigger, type TriggerAnswer } from './trigger.js';

/** A sign-in of somebody whom the pool does not know. */
@Injectable()
export class AuthenticationTrigger implements Trigger {
  readonly source = 'UserMigration_Authentication';
  readonly apology = TRY_AGAIN_LATER;

  constructor(
    private readonly usher: UsherClient,
    private readonly configuration: Configuration,
  ) {}

  async answer({ userName, request }: TriggerEvent, call: Call): Promise<TriggerAnswer> {
    const answer = await this.usher.ask({ email: userName, password: request.password ?? '' }, call);
    // An empty response, not an error: Cognito then says what it says to any unknown user.
    if (!answer.success) return { outcome: 'not_migrated' };
    const { attributes, leftOut } = userAttributes(legacyUser(answer), this.configuration);
    return {
      outcome: 'migrated',
      response: { userAttributes: attributes, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS' },
      leftOut,
    };
  }
}
