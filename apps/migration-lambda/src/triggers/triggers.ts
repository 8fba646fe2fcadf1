import { Injectable } from '@nestjs/common';
import type { Call } from '../call.js';
import { Log } from '../log.js';
import type { TriggerEvent } from '../trigger-event.js';
import { UsherFailure } from '../usher-failure.js';
import { AuthenticationTrigger } from './authentication.trigger.js';
import { ForgotPasswordTrigger } from './forgot-password.trigger.js';
import { PreSignUpTrigger } from './pre-sign-up.trigger.js';
import { TRY_AGAIN_LATER, type Trigger, type TriggerAnswer } from './trigger.js';

/** Finds the trigger for an event, writes the event's one log line, and lets only neutral sentences out. */
@Injectable()
export class Triggers {
  private readonly bySource: Map<string, Trigger>;

  constructor(
    authentication: AuthenticationTrigger,
    forgotPassword: ForgotPasswordTrigger,
    preSignUp: PreSignUpTrigger,
    private readonly log: Log,
  ) {
    this.bySource = new Map([authentication, forgotPassword, preSignUp].map((each) => [each.source, each]));
  }

  /** @throws Error with one neutral sentence, and no `cause`: Lambda's runtime prints an error with all it holds */
  async answer(event: TriggerEvent, call: Call): Promise<TriggerEvent> {
    const trigger = this.bySource.get(event.triggerSource);
    const answer = await answerFrom(trigger, event, call).catch(failed);
    this.writeLog(call, answer);
    switch (answer.outcome) {
      case 'migrated':
      case 'reset_allowed':
        return { ...event, response: { ...event.response, ...answer.response } };
      case 'failed':
      case 'sign_up_refused':
        throw new Error(trigger?.apology ?? TRY_AGAIN_LATER);
      default:
        return event;
    }
  }

  private writeLog(call: Call, answer: TriggerAnswer): void {
    this.log.write({
      level: answer.outcome === 'failed' ? 'error' : 'info',
      msg: 'trigger answered',
      requestId: call.requestId,
      triggerSource: call.triggerSource,
      outcome: answer.outcome,
      ms: call.elapsedMs,
      ...('leftOut' in answer && answer.leftOut.length > 0 && { leftOut: answer.leftOut }),
      ...('cause' in answer && { cause: answer.cause }),
    });
  }
}

async function answerFrom(
  trigger: Trigger | undefined,
  event: TriggerEvent,
  call: Call,
): Promise<TriggerAnswer> {
  if (trigger) return trigger.answer(event, call);
  // Users made by an administrator or by another identity provider, and those just migrated.
  if (event.triggerSource.startsWith('PreSignUp_')) return { outcome: 'passed' };
  throw new UsherFailure('unknown trigger source');
}

function failed(error: unknown): TriggerAnswer {
  if (error instanceof UsherFailure) return { outcome: 'failed', cause: error.reason };
  return { outcome: 'failed', cause: error instanceof Error ? error.name : 'unknown' };
}
