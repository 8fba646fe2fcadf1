import { types } from 'node:util';
import { isAppError } from '../platform/errors/app-error.js';
import { isTurnedAway } from './cognito-errors.js';

/** The request never reached Cognito. */
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** A trigger fails after Cognito has done its own part. */
const fromTriggers = [
  'InvalidLambdaResponseException',
  'UnexpectedLambdaException',
  'UserLambdaValidationException',
];

/** May Cognito have done what it was asked for, although it did not say so? @param error what `IdentityProvider` threw */
export function mayHaveSucceeded(error: unknown): boolean {
  if (!isAppError(error)) return true;
  const { cause } = error;
  const { name, code } = (types.isNativeError(cause) ? cause : {}) as { name?: string; code?: string };
  if (name !== undefined && fromTriggers.includes(name)) return true;
  if (!isAppError(error, 'cognito.unavailable', 'cognito.unexpected_answer')) return false;
  // Without a cause the breaker was open, and Cognito was not asked.
  return cause !== undefined && !isTurnedAway(cause) && !unsent.includes(code ?? '');
}
