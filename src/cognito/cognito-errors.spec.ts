import { describe, expect, it } from '@jest/globals';
import { toAppError } from './cognito-errors.js';

const error = (properties: object) => Object.assign(new Error('aborted'), properties);

describe('toAppError', () => {
  it.each([
    ['a refused connection', { code: 'ECONNREFUSED', $metadata: { attempts: 1 } }, 'cognito.unavailable'],
    ['a time-out', { name: 'TimeoutError', $metadata: { attempts: 1 } }, 'cognito.unavailable'],
    [
      'an answer cut off in the middle',
      { code: 'ECONNRESET', $metadata: { httpStatusCode: 200 } },
      'cognito.unavailable',
    ],
    [
      'an unreadable answer',
      { name: 'SyntaxError', $metadata: { httpStatusCode: 200 } },
      'cognito.unexpected_answer',
    ],
    ['an exception nobody knows', { name: 'NewException', $metadata: { httpStatusCode: 400 } }, 'internal'],
  ])('maps %s', (_what, properties, code) => {
    expect(toAppError('sign-in', error(properties)).code).toBe(code);
  });

  it('keeps the cause for the log', () => {
    const cause = error({ name: 'NotAuthorizedException' });
    expect(toAppError('sign-in', cause).cause).toBe(cause);
  });
});
