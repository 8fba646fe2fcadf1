import { describe, expect, it } from '@jest/globals';
import { mappedAttributes } from './mapped-attributes.js';

/** @param value undefined if the response lacks the key */
const map = (attribute: string, value: unknown) =>
  mappedAttributes({ keys: new Map([[attribute, 'key']]), composesName: true }, new Map([['key', value]]));

describe('a mapped value', () => {
  it.each([
    ['de-AT', 'de-AT'],
    [' as it came ', ' as it came '],
    ['Null', 'Null'],
    [0, '0'],
    [-1.5, '-1.5'],
    [true, 'true'],
    [false, 'false'],
    ['x'.repeat(2048), 'x'.repeat(2048)],
  ])('%j is mapped as text', (value, expected) => {
    expect(map('custom:key', value)).toEqual({ attributes: { 'custom:key': expected }, leftOut: [] });
  });

  it.each([
    [undefined],
    [null],
    [''],
    ['  '],
    ['null'],
    [{ a: 1 }],
    [['a']],
    [2 ** 53],
    [Infinity],
    [() => 'x'],
  ])('%p is ignored', (value) => {
    expect(map('custom:key', value)).toEqual({ attributes: {}, leftOut: [] });
  });

  it.each([
    ['custom:key', 'x'.repeat(2049)],
    ['phone_number', '0171 1234567'],
    ['phone_number', '+491711234567890123'],
    ['phone_number_verified', 'yes'],
    ['birthdate', '1815-12-10T00:00:00Z'],
    ['updated_at', 'yesterday'],
  ])('is omitted and its attribute is named when Cognito would reject it: %s=%j', (attribute, value) => {
    expect(map(attribute, value)).toEqual({ attributes: {}, leftOut: [attribute] });
  });

  it.each([
    ['phone_number', '+491711234567'],
    ['phone_number_verified', true],
    ['birthdate', '1815-12-10'],
    ['updated_at', 1764000000],
  ])('is kept when it has the format that Cognito requires: %s=%j', (attribute, value) => {
    expect(map(attribute, value)).toEqual({ attributes: { [attribute]: String(value) }, leftOut: [] });
  });
});
