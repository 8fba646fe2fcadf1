import { describe, expect, it } from '@jest/globals';
import { normaliseCode } from './one-time-code.js';

describe('normaliseCode', () => {
  it.each([
    '123456',
    '123 456',
    '123-456',
    ' 123456\n',
    '\u00a0123\u202f456\u00a0',
    '123\u2011456',
    '\u200b123456',
  ])('reads %j as the six digits', (typed) => expect(normaliseCode(typed)).toBe('123456'));

  it.each(['', '   ', '-', 'abc def', '12a-456', '１２３４５６'])('returns %j unchanged', (typed) =>
    expect(normaliseCode(typed)).toBe(typed),
  );
});
