import { Injectable } from '@nestjs/common';
import type { Call } from '../call.js';
import { Log } from '../log.js';
import type { TriggerEvent } from '../trigger-event.js';
import { legacyUnavailable, UsherError } from '../usher-error.js';
import { AuthenticationTrigger } from './authentication.trigger.js';
import { ForgotPasswordTrigger } from './forgot-password.trigger.js';
import { PreSignUpTrigger } from './pre-sign-up.trigger.js';
import { ACCOUNTS_UNAVAILABLE, TRY_AGAIN_LATER, type Trigger, type TriggerResult } from './trigger.js';

/** Runs the trigger for an event, writes one log line per event, and throws errors with neutral messages only. */
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

  /** @throws Error with a neutral message and no `cause`, because Lambda's runtime prints errors with all properties */
  async handle(event: TriggerEvent, call: Call): Promise<TriggerEvent> {
    const trigger = this.bySource.get(event.triggerSource);
    const result = await runTrigger(trigger, event, call).catch(failed);
    this.writeLog(call, result);
    switch (result.outcome) {
      case 'migrated':
      case 'reset_allowed':
        return { ...event, response: { ...event.response, ...result.response } };
      case 'failed':
      case 'sign_up_refused':
        throw new Error(messageOf(trigger, result));
      default:
        return event;
    }
  }

  private writeLog(call: Call, result: TriggerResult): void {
    this.log.write({
      level: result.outcome === 'failed' ? 'error' : 'info',
      msg: 'trigger answered',
      requestId: call.requestId,
      triggerSource: call.triggerSource,
      outcome: result.outcome,
      ms: call.elapsedMs,
      ...('leftOut' in result && result.leftOut.length > 0 && { leftOut: result.leftOut }),
      ...('cause' in result && { cause: result.cause }),
    });
  }
}

async function runTrigger(
  trigger: Trigger | undefined,
  event: TriggerEvent,
  call: Call,
): Promise<TriggerResult> {
  if (trigger) return trigger.handle(event, call);
  // Users created by an administrator, an identity provider or a migration.
  if (event.triggerSource.startsWith('PreSignUp_')) return { outcome: 'passed' };
  throw new UsherError('unknown trigger source');
}

function failed(error: unknown): TriggerResult {
  if (error instanceof UsherError) return { outcome: 'failed', cause: error.reason };
  return { outcome: 'failed', cause: error instanceof Error ? error.name : 'unknown' };
}

function messageOf(trigger: Trigger | undefined, result: TriggerResult): string {
  const isSourceAway = 'cause' in result && result.cause === legacyUnavailable;
  return trigger?.source.startsWith('UserMigration_') && isSourceAway
    ? ACCOUNTS_UNAVAILABLE
    : (trigger?.errorMessage ?? TRY_AGAIN_LATER);
}
