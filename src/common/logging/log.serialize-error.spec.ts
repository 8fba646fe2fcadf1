import { describe, expect, it } from '@jest/globals';
import { serializeError } from './log.js';

describe('serializeError', () => {
  it('keeps name, message, code and cause', () => {
    const described = serializeError(
      new Error('outer', { cause: Object.assign(new TypeError('inner'), { code: 'E1' }) }),
    );
    expect(described).toMatchObject({
      name: 'Error',
      message: 'outer',
      cause: { name: 'TypeError', message: 'inner', code: 'E1' },
    });
  });

  it('leaves out all other properties', () => {
    const error = Object.assign(new Error('duplicate key'), {
      detail: 'Key (email)=(canary) already exists',
      parameters: ['canary'],
      request: { password: 'canary' },
    });
    expect(JSON.stringify(serializeError(error))).not.toContain('canary');
  });

  it('leaves out messages of AWS exceptions, which can echo input', () => {
    const error = Object.assign(new Error("Value 'canary' at 'password' failed"), {
      name: 'InvalidParameterException',
      $metadata: {},
      $response: { body: 'canary' },
    });
    expect(serializeError(error)).toEqual({ name: 'InvalidParameterException' });
  });

  it('serializes values that are no errors, and limits circular causes', () => {
    expect(serializeError('canary')).toEqual({ name: 'string' });
    const circle = new Error('a');
    circle.cause = circle;
    expect(() => JSON.stringify(serializeError(circle))).not.toThrow();
  });
});
