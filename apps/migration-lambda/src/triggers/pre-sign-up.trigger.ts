import { Injectable } from '@nestjs/common';
import type { Call } from '../call.js';
import type { TriggerEvent } from '../trigger-event.js';
import { UsherClient } from '../usher-client.js';
import type { Trigger, TriggerResult } from './trigger.js';

/** Refuses a sign-up at the pool with the address of a user who has not migrated. */
@Injectable()
export class PreSignUpTrigger implements Trigger {
  readonly source = 'PreSignUp_SignUp';
  /** Also used when Usher is unavailable, so that a refusal does not reveal whether an account exists. */
  readonly errorMessage =
    'This sign-up is not possible. If you have an account, please sign in or reset your password';

  constructor(private readonly usher: UsherClient) {}

  async handle({ userName, request }: TriggerEvent, call: Call): Promise<TriggerResult> {
    const response = await this.usher.send({ email: request.userAttributes?.email ?? userName }, call);
    // The response of the original Rails endpoint lacks the member; its users migrate by sign-in or reset only.
    const allowed = response.sign_up_allowed ?? !response.user_exists;
    return { outcome: allowed ? 'sign_up_allowed' : 'sign_up_refused' };
  }
}
