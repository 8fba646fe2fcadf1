import fc from 'fast-check';

const surrogates = { first: 0xd800, count: 0x800 };

const character = fc
  .oneof(
    { arbitrary: fc.integer({ min: 0, max: 0x7f }), weight: 1 },
    { arbitrary: fc.integer({ min: 0, max: 0x10ffff - surrogates.count }), weight: 2 },
  )
  .map((index) => String.fromCodePoint(index < surrogates.first ? index : index + surrogates.count));

const namesOfMembers = ['__proto__', 'constructor', 'prototype', 'toString', 'length', ''];

/** Well-formed Unicode text. `fc.string({ unit: 'binary' })` takes a second of CPU time in each test file for a table. */
export function anyText({ maxLength = 20 } = {}): fc.Arbitrary<string> {
  const text = fc.array(character, { maxLength }).map((characters) => characters.join(''));
  const names = namesOfMembers.filter((name) => name.length <= maxLength);
  return fc.oneof({ arbitrary: text, weight: 20 }, { arbitrary: fc.constantFrom(...names), weight: 1 });
}
