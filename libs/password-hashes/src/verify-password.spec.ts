import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { bcryptDecoy, detectScheme, verifyPassword } from './index.js';

interface Vector {
  id: string;
  label: string;
  hash: string;
  password: string | null;
  wrong_password: string;
  also_accepts: string[];
  also_rejects: string[];
  options: { pepper?: string };
}

const { entries } = JSON.parse(readFileSync('test/fixtures/password-hashes.json', 'utf8')) as {
  entries: Vector[];
};
const vectors = entries.filter(({ hash, id }) => /^\$2[aby]\$/.test(hash) || id.startsWith('never'));

const accepted = (outcome: string) => outcome.startsWith('match');

describe('bcrypt vectors made by the frameworks', () => {
  it('finds vectors', () => expect(vectors.length).toBeGreaterThan(25));

  it.each(vectors.map((vector) => [`${vector.id} ${vector.label}`, vector] as const))(
    '%s',
    async (_name, vector) => {
      const peppers = vector.options.pepper === undefined ? [] : [vector.options.pepper];
      const check = async (password: string) =>
        accepted(await verifyPassword(password, vector.hash, { peppers }));
      if (vector.password !== null) expect(await check(vector.password)).toBe(true);
      expect(await check(vector.wrong_password)).toBe(false);
      for (const password of vector.also_accepts) expect(await check(password)).toBe(true);
      for (const password of vector.also_rejects) expect(await check(password)).toBe(false);
    },
  );
});

describe('verifyPassword', () => {
  const stored = bcrypt.hashSync('correct horse' + 'old-pepper', 10);

  it('tells an older pepper from the newest', async () => {
    expect(await verifyPassword('correct horse', stored, { peppers: ['old-pepper'] })).toBe('match');
    expect(await verifyPassword('correct horse', stored, { peppers: ['new', 'old-pepper'] })).toBe(
      'match-needs-rehash',
    );
    expect(await verifyPassword('correct horse', stored)).toBe('mismatch');
  });

  it('accepts an empty item in the list as "no pepper"', async () => {
    const plain = bcrypt.hashSync('correct horse', 10);
    expect(await verifyPassword('correct horse', plain, { peppers: ['new', ''] })).toBe('match-needs-rehash');
  });

  it('asks for a new hash when the cost is below what is wanted today', async () => {
    expect(await verifyPassword('pw', bcrypt.hashSync('pw', 4))).toBe('match-needs-rehash');
  });

  it('refuses a cost that would take seconds, without paying it', async () => {
    const costly = bcryptDecoy(31);
    expect(detectScheme(costly)).toBeUndefined();
    expect(await verifyPassword('pw', costly)).toBe('unknown-scheme');
    expect(await verifyPassword('pw', costly, { scheme: 'bcrypt' })).toBe('unknown-scheme');
  });

  it('never throws on garbage', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        async (password, garbage) => {
          expect(await verifyPassword(password, garbage)).toBe('unknown-scheme');
        },
      ),
    );
  });

  it('is a mismatch after any changed character', async () => {
    const cheap = bcrypt.hashSync('pw', 4);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 7, max: 58 }),
        fc.constantFrom('.', 'a', 'Z', '9', '!'),
        async (at, other) => {
          fc.pre(cheap[at] !== other);
          // The salt's and the digest's last characters have unused bits.
          fc.pre(at !== 28);
          const changed = cheap.slice(0, at) + other + cheap.slice(at + 1);
          expect(accepted(await verifyPassword('pw', changed))).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('bcryptDecoy', () => {
  it('is recognised, costs what was asked, and matches nothing', async () => {
    for (let run = 0; run < 20; run += 1) {
      const decoy = bcryptDecoy(4);
      expect(detectScheme(decoy)).toBe('bcrypt');
      expect(bcrypt.getRounds(decoy)).toBe(4);
      expect(await verifyPassword('', decoy)).toBe('mismatch');
    }
    expect(bcryptDecoy(4)).not.toBe(bcryptDecoy(4));
  });
});
