import { describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import { refusesChanges, verifiesVectors } from '../../../test/support/contracts/hash-vector.js';
import {
  isCostly,
  moreVectors,
  oneOfEachFormat,
  type Vector,
  vectorsOfFrameworks,
} from '../../../test/support/builders/hash-vectors.js';
import { detectScheme, verifyPassword } from './index.js';

/** `npm run test:vectors` has the costly vectors. */
const cheap = (vectors: Vector[]) => vectors.filter((vector) => !isCostly(vector));

describe('vectors of other implementations', () => {
  it('are loaded', () => expect(cheap(moreVectors).length).toBeGreaterThan(100));
  verifiesVectors(cheap([...oneOfEachFormat(vectorsOfFrameworks), ...moreVectors]));
});

describe('a stored string', () => {
  refusesChanges(oneOfEachFormat(cheap([...vectorsOfFrameworks, ...moreVectors])));

  it('that is arbitrary text has no scheme', async () => {
    await fc.assert(
      fc.asyncProperty(anyText(), anyText(), async (password, garbage) => {
        expect(await verifyPassword(password, garbage)).toBe('unknown-scheme');
      }),
    );
  });

  it.each([
    `$2a$31$${'a'.repeat(53)}`,
    `$2x$15$${'a'.repeat(53)}`,
    '$argon2id$v=19$m=1048576,t=1,p=1$QU5pUzFoUVJ6OE1YVVJaVQ$x4Z16oGX8ldfRv0yC+1klm4DY2wv0LnHx52FipXAYT8',
    '$argon2id$v=19$m=65536,t=4294967295,p=1$QU5pUzFoUVJ6OE1YVVJaVQ$x4Z16oGX8ldfRv0yC+1klm4DY2wv0LnHx52FipXAYT8',
    '$scrypt$ln=25,r=8,p=1$y5mT0pqzlnLO+R+jNOYcYw$1QAGIxBrMKuO4EVIgdoR24QXvzkhDQfZeaLGeHFx2pQ',
    '$scrypt$ln=14,r=8,p=99999$y5mT0pqzlnLO+R+jNOYcYw$1QAGIxBrMKuO4EVIgdoR24QXvzkhDQfZeaLGeHFx2pQ',
    'pbkdf2_sha256$99999999$krcL5hiscBqRdxWdb2syP4$ucAN2KegS2MPlGCJm0EUgf6+B/Z/mV3ySkimY4AwyNg=',
    '$P$Z2XldarQFZj31IqQGyLvGeOK3YLNKn0',
    `$6$rounds=999999999$salt$${'a'.repeat(86)}`,
    '$scrypt$ln=17,r=1,p=1$y5mT0pqzlnLO+R+jNOYcYw$1QAGIxBrMKuO4EVIgdoR24QXvzkhDQfZeaLGeHFx2pQ',
    '$scrypt$ln=1,r=1048576,p=1$y5mT0pqzlnLO+R+jNOYcYw$1QAGIxBrMKuO4EVIgdoR24QXvzkhDQfZeaLGeHFx2pQ',
    'scrypt:65536:1:1$1v9j3CmvUmxZUxxp$'.padEnd(162, '0'),
    `$y$jFT$ihXSCGrEJrzKypG6HhyBp.$${'a'.repeat(43)}`,
    `$7$U/..../....salt$${'a'.repeat(43)}`,
  ])('that would cost too much is refused without a check: %s', async (costly) => {
    expect(detectScheme(costly)).toBeUndefined();
    expect(await verifyPassword('pw', costly)).toBe('unknown-scheme');
  });
});

describe('a bcrypt hash', () => {
  const salt = bcrypt.genSaltSync(4).slice('$2b$'.length);
  const texts = fc.oneof(
    anyText({ maxLength: 100 }),
    fc.string({ unit: fc.constantFrom('a', '\u0000', '\u00e9'), maxLength: 80 }),
  );

  it.each(['$2$', '$2a$', '$2b$', '$2y$'])(
    'of version %s accepts the same passwords as bcryptjs',
    async (version) => {
      await fc.assert(
        fc.asyncProperty(texts, texts, async (password, other) => {
          const made = bcrypt.hashSync(password, version + salt);
          expect(await verifyPassword(password, made)).toBe('match-needs-rehash');
          const isSame = bcrypt.hashSync(other, version + salt) === made;
          expect(await verifyPassword(other, made)).toBe(isSame ? 'match-needs-rehash' : 'mismatch');
        }),
        { numRuns: 50 },
      );
    },
  );

  it.each([
    ['nothing', ''],
    ['a NUL', '\u0000'],
    ['72 bytes', 'x'.repeat(72)],
    ['more than 72 bytes', 'x'.repeat(100)],
    ['a character across the 72nd byte', `${'x'.repeat(71)}\u00e9`],
  ])('of %s is accepted', async (_name, password) => {
    expect(await verifyPassword(password, bcrypt.hashSync(password, 10))).toBe('match');
  });
});

describe('verifyPassword', () => {
  const stored = bcrypt.hashSync('correct horse' + 'old-pepper', 10);

  it('distinguishes an older pepper from the newest', async () => {
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

  it('reports that a new hash is needed when the cost is below the minimum', async () => {
    expect(await verifyPassword('pw', bcrypt.hashSync('pw', 4))).toBe('match-needs-rehash');
  });

  it('refuses a password with a lone surrogate', async () => {
    const ofReplacementCharacter = '{SHA}m9t3J2wYUuH7BnggRygS/PYIQCQ=';
    expect(await verifyPassword('\ufffd', ofReplacementCharacter)).toBe('match-needs-rehash');
    expect(await verifyPassword('\ud800', ofReplacementCharacter)).toBe('mismatch');
  });

  it('requires the configured scheme for a plain digest', async () => {
    const md5 = '8fe4c11451281c094a6578e6ddbf5eed'; // digest of "pw"
    expect(await verifyPassword('pw', md5)).toBe('unknown-scheme');
    expect(await verifyPassword('pw', md5, { scheme: 'hex_md5' })).toBe('match-needs-rehash');
    expect(await verifyPassword('pw', md5.toUpperCase(), { scheme: 'hex_md5' })).toBe('match-needs-rehash');
    expect(await verifyPassword('pw', md5, { scheme: 'hex_sha1' })).toBe('unknown-scheme');
  });
});
