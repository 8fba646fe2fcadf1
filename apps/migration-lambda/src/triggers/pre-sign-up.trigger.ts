import { Injectable } from '@nestjs/common';
import type { Call } from '../call.js';
import type { TriggerEvent } from '../trigger-event.js';
import { UsherClient } from '../usher-client.js';
import type { Trigger, TriggerAnswer } from './trigger.js';

/** A sign-up at the pool: it must not take the address of somebody who has yet to be migrated. */
@Injectable()
export class PreSignUpTrigger implements Trigger {
  readonly source = 'PreSignUp_SignUp';
  /** Said as well when Usher does not answer, so that a refusal tells nobody whether an account exists. */
  readonly apology =
    'This sign-up is not possible. If you have an account, please sign in or reset your password';

  constructor(private readonly usher: UsherClient) {}

  async answer({ userName, request }: TriggerEvent, call: Call): Promise<TriggerAnswer> {
    const answer = await this.usher.ask({ email: request.userAttributes?.email ?? userName }, call);
    // The original Rails endpoint does not say: there, whoever is known comes by migration only.
    const allowed = answer.sign_up_allowed ?? !answer.user_exists;
    return { outcome: allowed ? 'sign_up_allowed' : 'sign_up_refused' };
  }
}
