import { describe, expect, it } from '@jest/globals';
import { describeError } from './describe-error.js';

describe('describeError', () => {
  it('keeps name, message, code and cause', () => {
    const described = describeError(
      new Error('outer', { cause: Object.assign(new TypeError('inner'), { code: 'E1' }) }),
    );
    expect(described).toMatchObject({
      name: 'Error',
      message: 'outer',
      cause: { name: 'TypeError', message: 'inner', code: 'E1' },
    });
  });

  it('leaves out whatever else an error carries', () => {
    const error = Object.assign(new Error('duplicate key'), {
      detail: 'Key (email)=(canary) already exists',
      parameters: ['canary'],
      request: { password: 'canary' },
    });
    expect(JSON.stringify(describeError(error))).not.toContain('canary');
  });

  it('leaves out the text of AWS exceptions, which can echo what was typed', () => {
    const error = Object.assign(new Error("Value 'canary' at 'password' failed"), {
      name: 'InvalidParameterException',
      $metadata: {},
      $response: { body: 'canary' },
    });
    expect(describeError(error)).toEqual({ name: 'InvalidParameterException' });
  });

  it('describes what is no error at all, and ends in a circle', () => {
    expect(describeError('canary')).toEqual({ name: 'string' });
    const circle = new Error('a');
    circle.cause = circle;
    expect(() => JSON.stringify(describeError(circle))).not.toThrow();
  });
});
