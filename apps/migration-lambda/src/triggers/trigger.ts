import type { Call } from '../call.js';
import type { MigrationResponse, TriggerEvent } from '../trigger-event.js';

/** One source of Cognito's triggers. */
export interface Trigger {
  readonly source: string;
  /** What Cognito is told when the answer is no or cannot be had: the same for everybody, without a reason. */
  readonly apology: string;
  answer(event: TriggerEvent, call: Call): Promise<TriggerAnswer>;
}

export type TriggerAnswer =
  | { outcome: 'migrated' | 'reset_allowed'; response: MigrationResponse; leftOut: string[] }
  /** The event goes back as it came. */
  | { outcome: 'not_migrated' | 'no_reset' | 'sign_up_allowed' | 'passed' }
  /** Cognito is told no by an error. */
  | { outcome: 'sign_up_refused' }
  | { outcome: 'failed'; cause: string };

export const TRY_AGAIN_LATER = 'This is not possible right now. Please try again in a few minutes';
