import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../builders/any-text.js';
import {
  costOfCheck,
  decoyLike,
  type SchemeName,
  verifyPassword,
} from '../../../libs/password-hashes/src/index.js';
import { normalise } from '../../../libs/password-hashes/src/normalise.js';
import { checker, expectToHold, type Vector } from '../builders/hash-vectors.js';

const byLabel = (vectors: Vector[]) => vectors.map((vector) => [vector.label, vector] as const);
const byFormat = (vectors: Vector[]) => vectors.map((vector) => [vector.format, vector] as const);

/** White space around a stored string that is ignored. */
export const padding = fc.string({
  unit: fc.constantFrom(' ', '\t', '\n', '\v', '\f', '\r', '\0'),
  maxLength: 9,
});

/** Generates the string with each letter of its label in upper or lower case. */
const inAnyCase = (stored: string) => {
  const end = stored.startsWith('{') ? stored.indexOf('}') : 0;
  return fc
    .array(fc.boolean(), { minLength: end, maxLength: end })
    .map((upper) =>
      [...stored]
        .map((letter, at) => (at >= end ? letter : upper[at] ? letter.toUpperCase() : letter.toLowerCase()))
        .join(''),
    );
};

/** The accepted and refused passwords of each vector. */
export function verifiesVectors(vectors: Vector[]): void {
  it.each(vectors.map((vector) => [`${vector.id} ${vector.label}`, vector] as const))(
    '%s',
    (_name, vector) => expectToHold(vector),
    20_000,
  );
}

/** A string with one label is read in any case and with padding, and one with a changed character never matches. */
export function readsLabels(vectors: Vector[]): void {
  it.each(byLabel(vectors))(
    'of %s with a changed character never matches',
    async (_label, vector) => {
      const check = checker(vector);
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: Math.max(0, vector.hash.length - 30), max: vector.hash.length - 1 }),
          fc.constantFrom('.', 'a', 'Z', '9', '!', '\u00e9', '{', '}'),
          async (at, other) => {
            fc.pre(vector.hash[at] !== other);
            const changed = vector.hash.slice(0, at) + other + vector.hash.slice(at + 1);
            expect(await check(vector.password ?? '', changed)).toBe(false);
          },
        ),
        { numRuns: 5 },
      );
    },
    60_000,
  );

  it.each(byLabel(vectors))(
    'of %s has a decoy with the same cost that does not match',
    async (_label, vector) => {
      for (const stored of [vector.hash, `\t${vector.hash}${' '.repeat(40)}\n`]) {
        const decoy = decoyLike(stored);
        expect(costOfCheck(decoy)).toBe(costOfCheck(stored));
        expect(costOfCheck(decoy)).toBeDefined();
        expect(await checker(vector)(vector.password ?? '', decoy)).toBe(false);
        expect(decoyLike(stored)).not.toBe(decoy);
      }
    },
  );
}

export function readsPadding(vectors: Vector[]): void {
  it.each(vectors.map((vector) => [`${vector.format} ${vector.label}`, vector] as const))(
    'of %s is read with any padding and a label in any case',
    async (_label, vector) => {
      const check = checker(vector);
      const bare = normalise(vector.hash);
      expect(bare).toBeDefined();
      const stored = fc.tuple(padding, inAnyCase(vector.hash), padding).map((parts) => parts.join(''));
      fc.assert(fc.property(stored, (text) => normalise(text) === bare));
      const [sample = ''] = fc.sample(stored, 1);
      expect(await check(vector.password ?? '', sample)).toBe(true);
      expect(await check(vector.wrong_password, sample)).toBe(false);
    },
    30_000,
  );
}

/** Changed hashes, passwords and headers of each vector, and its decoy. */
export function refusesChanges(vectors: Vector[]): void {
  it.each(byFormat(vectors))(
    'of %s with any changed character is a mismatch or unknown',
    async (_format, vector) => {
      const check = checker(vector);
      // Labels are case-insensitive.
      const start = Math.max(vector.hash.length - 30, vector.hash.indexOf('}') + 1);
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: start, max: vector.hash.length - 1 }),
          fc.constantFrom('.', 'a', 'Z', '9', '!', '\u00e9'),
          async (at, other) => {
            fc.pre(vector.hash[at] !== other);
            const changed = vector.hash.slice(0, at) + other + vector.hash.slice(at + 1);
            expect(await check(vector.password ?? '', changed)).toBe(false);
          },
        ),
        { numRuns: 25 },
      );
    },
    60_000,
  );

  it.each(byFormat(vectors.filter(({ password }) => password !== '')))(
    'of %s does not accept a password with any changed character',
    async (_format, vector) => {
      const check = checker(vector);
      const characters = [...(vector.password ?? '')];
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: 63 }), fc.constantFrom('#', 'Q', '7'), async (place, other) => {
          // bcrypt uses 72 bytes, which are 18 characters of 4 bytes.
          const at = place % Math.min(characters.length, 18);
          fc.pre(characters[at] !== other);
          expect(await check(characters.with(at, other).join(''))).toBe(false);
        }),
        { numRuns: 8 },
      );
    },
    60_000,
  );

  it.each(byFormat(vectors))(
    'of %s never throws with any changed, truncated or extended header',
    async (_format, vector) => {
      const options = { scheme: vector.format as SchemeName };
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: 20 }),
          anyText({ maxLength: 8 }),
          fc.nat({ max: 6 }),
          async (at, put, cut) => {
            const changed = vector.hash.slice(0, at) + put + vector.hash.slice(at + cut);
            await verifyPassword('pw', changed, options);
          },
        ),
        { numRuns: 30 },
      );
    },
    60_000,
  );

  it.each(byFormat(vectors))(
    'of %s has a decoy with the same cost that matches no password',
    async (_format, vector) => {
      const decoy = decoyLike(vector.hash);
      expect(decoy).not.toBe(vector.hash);
      expect(costOfCheck(decoy)).toBe(costOfCheck(vector.hash));
      expect(await checker(vector)(vector.password ?? '', decoy)).toBe(false);
    },
  );
}
