import type { Call } from '../call.js';
import type { MigrationResponse, TriggerEvent } from '../trigger-event.js';

/** Handles one trigger source of Cognito. */
export interface Trigger {
  readonly source: string;
  /** Thrown after a refusal or a failure. The text is the same for all users and contains no reason. */
  readonly errorMessage: string;
  handle(event: TriggerEvent, call: Call): Promise<TriggerResult>;
}

export type TriggerResult =
  | { outcome: 'migrated' | 'reset_allowed'; response: MigrationResponse; leftOut: string[] }
  /** The event is returned unchanged. */
  | { outcome: 'not_migrated' | 'no_reset' | 'sign_up_allowed' | 'passed' }
  /** An error makes Cognito refuse the sign-up. */
  | { outcome: 'sign_up_refused' }
  | { outcome: 'failed'; cause: string };

/** The legacy source is away. The API recognises the sentence in Cognito's exception (src/cognito/cognito-errors.ts). */
export const ACCOUNTS_UNAVAILABLE =
  'Accounts cannot be looked up right now. Please try again in a few minutes';

export const TRY_AGAIN_LATER = 'This is not possible right now. Please try again in a few minutes';
