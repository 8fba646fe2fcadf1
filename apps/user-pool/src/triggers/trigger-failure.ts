import { ServiceError } from '../wire/errors.js';
import type { LambdaAnswer } from './lambda-invoker.js';

/** The exception for a failed trigger. The message of a thrown error reaches the caller unchanged. */
export function triggerFailure(
  trigger: string,
  answer: Exclude<LambdaAnswer, { kind: 'answered' }>,
): ServiceError {
  switch (answer.kind) {
    case 'threw':
      return new ServiceError(
        'UserLambdaValidationException',
        `${trigger} failed with error ${answer.message}.`,
      );
    case 'invalid-response':
      return unrecognizable();
    case 'not-permitted':
      return new ServiceError(
        'UnexpectedLambdaException',
        `${trigger} invocation failed due to error AccessDeniedException.`,
      );
    case 'timed-out':
      return new ServiceError(
        'UnexpectedLambdaException',
        `${trigger} invocation failed due to error Socket timeout while invoking Lambda function.`,
      );
  }
}

export const unrecognizable = () =>
  new ServiceError('InvalidLambdaResponseException', 'Unrecognizable lambda output');
