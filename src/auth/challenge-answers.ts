import { AppError, type FieldFault } from '../platform/errors/app-error.js';
import type { OpenStep } from './challenge-sessions.js';

type Answers = Record<string, string>;

/**
 * Only what the step asks for may go on to Cognito, and all of it must be there.
 * @throws AppError `request.invalid` with a field `answers.NAME` for each answer that is missing, or that nobody asked for
 */
export function checkAnswers({ asks, choices }: OpenStep, answers: Answers): void {
  const missing = asks.filter((name) => !answers[name]);
  const unasked = Object.keys(answers).filter((name) => !asks.includes(name));
  const errors: FieldFault[] = [
    ...missing.map((name) => ({ field: `answers.${name}`, fault: 'field.missing' as const })),
    ...unasked.map((name) => ({ field: `answers.${name}`, fault: 'field.unknown' as const })),
  ];
  if (missing.length === 0 && choices && !choices.includes(answers.ANSWER ?? '')) {
    const values = { choices: choices.join(', ') };
    errors.push({ field: 'answers.ANSWER', fault: 'field.not_one_of', values });
  }
  if (errors.length > 0) throw new AppError('request.invalid', { errors });
}
