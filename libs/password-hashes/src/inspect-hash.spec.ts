import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import {
  labelledVectors,
  moreVectors,
  type Vector,
  vectorsOfFrameworks,
} from '../../../test/support/builders/hash-vectors.js';
import { inspectHash, longestStoredHash, type SchemeName, verifyPassword } from './index.js';

/** Refused by all checks before any hash is computed, so that also costly hashes can be asked about. */
const unencodable = '\ud800';

const vectors = [...vectorsOfFrameworks, ...moreVectors, ...labelledVectors];
const optionsOf = ({ format }: Vector) => ({ scheme: format as SchemeName });

async function expectAgreement(stored: string, options = {}): Promise<void> {
  const { verifiable } = inspectHash(stored, options);
  const outcome = await verifyPassword(unencodable, stored, options);
  expect({ stored, verifiable }).toEqual({ stored, verifiable: outcome !== 'unknown-scheme' });
}

describe('inspectHash', () => {
  it('agrees with verifyPassword about arbitrary text', async () => {
    await fc.assert(fc.asyncProperty(anyText(), (stored) => expectAgreement(stored)));
  });

  it('agrees with verifyPassword about every vector, truncated anywhere', async () => {
    for (const vector of vectors)
      for (let end = 0; end <= vector.hash.length; end += 1)
        await expectAgreement(vector.hash.slice(0, end), optionsOf(vector));
  });

  it('agrees with verifyPassword about vectors with any changed part', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...vectors),
        fc.nat({ max: 200 }),
        fc.oneof(
          anyText({ maxLength: 4 }),
          fc.string({ unit: fc.constantFrom(...'$0159az./='), maxLength: 4 }),
        ),
        fc.nat({ max: 4 }),
        async (vector, at, put, cut) => {
          const start = at % vector.hash.length;
          const changed = vector.hash.slice(0, start) + put + vector.hash.slice(start + cut);
          await expectAgreement(changed, optionsOf(vector));
        },
      ),
      { numRuns: 2000 },
    );
  });

  // Without a marker, or with a digest in which a shorter one cannot be seen.
  const exceptions = [
    'never',
    'hex_md5',
    'hex_sha1',
    'hex_sha256',
    'hex_sha512',
    'firebase_scrypt',
    'aspnet_identity_v2',
  ];

  it('finds every vector without its last character impossible', () => {
    const marked = vectors.filter(({ format }) => !exceptions.includes(format));
    expect(marked.length).toBeGreaterThan(100);
    for (const vector of marked) {
      const stored = vector.hash.slice(0, -1);
      const inspection = inspectHash(stored, optionsOf(vector));
      expect({ stored, inspection }).toMatchObject({ stored, inspection: { why: 'impossible' } });
    }
  });

  const tail = `${'a'.repeat(21)}e${'b'.repeat(30)}e`;

  it.each([
    ['$2a$10$abc', 'bcrypt_2a'],
    [`$2b$10$${tail}x`, 'bcrypt_2b'],
    [`$2b$03$${tail}`, 'bcrypt_2b'],
    [`$2b$32$${tail}`, 'bcrypt_2b'],
    // The last characters of salt and digest have two and four bits.
    [`$2b$10$${'a'.repeat(22)}${'b'.repeat(30)}e`, 'bcrypt_2b'],
    [`$2b$10$${'a'.repeat(21)}e${'b'.repeat(31)}`, 'bcrypt_2b'],
    [`$2b$10$${tail.slice(0, -2)}!e`, 'bcrypt_2b'],
    ['$argon2id$v=19$m=4,t=1,p=1$c2FsdHNhbHQ$AAAAAAAA', 'argon2id'],
    ['$argon2id$', 'argon2id'],
    ['argon2$argon2id$v=19', 'django_argon2'],
    ['pbkdf2_sha256$600000$salt$not-base64', 'django_pbkdf2_sha256'],
    ['pbkdf2:sha256:0$salt$00', 'werkzeug_pbkdf2'],
    ['$pbkdf2-sha256$1000$c2FsdA$!', 'pbkdf2_sha256'],
    [`$scrypt$ln=0,r=8,p=1$c2FsdHNhbHQ$${'A'.repeat(43)}`, 'scrypt_passlib'],
    [`scrypt$1000$salt$8$1$${'A'.repeat(86)}==`, 'django_scrypt'],
    [`scrypt:32768:8:1$salt$${'0'.repeat(127)}`, 'werkzeug_scrypt'],
    [`$6$rounds=999$salt$${'.'.repeat(86)}`, 'sha512_crypt'],
    [`$6$salt$${'z'.repeat(86)}`, 'sha512_crypt'],
    [`$1$salt$${'.'.repeat(21)}z`, 'md5_crypt'],
    [`$P$5${'.'.repeat(8 + 21)}`, 'phpass_P'],
    [`$y$j9T$salt$${'.'.repeat(42)}`, 'yescrypt'],
    [`$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$${'A'.repeat(40)}`, 'argon2id'],
    [`$scrypt$ln=14,r=8,p=1$c2FsdHNhbHQ$${'A'.repeat(40)}`, 'scrypt_passlib'],
    [`$pbkdf2-sha256$1000$c2FsdA$${'A'.repeat(40)}`, 'pbkdf2_sha256'],
    [`{SSHA.hex}${'0'.repeat(49)}`, undefined],
    ['AQAAAAEAACcQAAAAEA==', 'aspnet_identity_v3'],
    ['{SSHA}c2FsdA==', 'ldap_salted_sha1'],
    ['{bcrypt}$2b$10$abc', 'bcrypt_2b'],
    ['{bcrypt}secret', undefined],
    ['$bcrypt$v=98$r=10$abc', undefined],
    ['$e0801$abc', undefined],
    ['sha1$salt$abc', 'django_sha1'],
    [`${'0'.repeat(32)}:${'0'.repeat(127)}`, 'lucia_scrypt'],
  ])('finds %s impossible', (stored, format) => {
    expect(inspectHash(stored)).toEqual({ format, verifiable: false, why: 'impossible' });
  });

  it.each([
    `$2b$15$${tail}`,
    `$argon2id$v=19$m=1048576,t=1,p=1$c2FsdHNhbHQ$${'A'.repeat(43)}`,
    `$scrypt$ln=25,r=8,p=1$c2FsdHNhbHQ$${'A'.repeat(43)}`,
    `pbkdf2_sha256$99999999$salt$${'A'.repeat(43)}=`,
    `$6$rounds=999999999$salt$${'.'.repeat(86)}`,
    `$P$L${'.'.repeat(8 + 22)}`,
  ])('finds %s too costly', (stored) => {
    expect(inspectHash(stored)).toMatchObject({ verifiable: false, why: 'too_costly' });
  });

  it.each([
    'secret',
    '',
    '!',
    '*',
    '$gy$j9T$salt$digest',
    '{noop}secret',
    '{NTLM}00',
    '0'.repeat(32),
    '$2c$10$',
  ])('does not know %s', (stored) => {
    expect(inspectHash(stored)).toEqual({ format: undefined, verifiable: false, why: 'unknown' });
  });

  it('tells a truncated digest of the configured scheme from other text', () => {
    const options = { scheme: 'hex_sha1' } as const;
    expect(inspectHash('0'.repeat(40), options)).toMatchObject({ format: 'hex_sha1', verifiable: true });
    expect(inspectHash('0'.repeat(39), options)).toMatchObject({ why: 'impossible' });
    expect(inspectHash('secret', options)).toMatchObject({ why: 'unknown' });
  });

  it('does not know a string that is longer than any hash, but ignores padding', async () => {
    const long = `md5$${'s'.repeat(longestStoredHash)}$${'0'.repeat(32)}`;
    expect(inspectHash(long)).toMatchObject({ why: 'unknown' });
    expect(await verifyPassword('pw', long)).toBe('unknown-scheme');
    expect(inspectHash(`$2b$10$${tail}${' '.repeat(longestStoredHash)}`)).toMatchObject({ verifiable: true });
  });

  it('finds a bcrypt hash too costly for the number of peppers', () => {
    const stored = `$2b$14$${tail}`;
    expect(inspectHash(stored, { peppers: ['a', 'b'] })).toMatchObject({ verifiable: true });
    expect(inspectHash(stored, { peppers: ['a', 'b', 'c'] })).toMatchObject({ why: 'too_costly' });
  });
});

describe("the verdict on Cognito's user import", () => {
  const tail = `${'a'.repeat(21)}e${'b'.repeat(30)}e`;
  const salt = 'c2FsdHNhbHQ';
  const sha256 = 'A'.repeat(43);
  const hex = '0'.repeat(128);
  const aspnet = (prf: number, iterations: number) => {
    const bytes = Buffer.alloc(13 + 16 + 32, 7);
    bytes.writeUInt8(1, 0);
    bytes.writeUInt32BE(prf, 1);
    bytes.writeUInt32BE(iterations, 5);
    bytes.writeUInt32BE(16, 9);
    return bytes.toString('base64');
  };
  const verdict = (stored: string, options = {}) => {
    const inspection = inspectHash(stored, options);
    if (!inspection.verifiable) return inspection.why;
    const { cognitoImport: found } = inspection;
    return found.converts ? found.algorithm : found.reason;
  };

  it.each([
    ...['a', 'b', 'x', 'y'].map((version) => [`$2${version}$12$${tail}`, 'BCRYPT']),
    [`$2$12$${tail}`, 'format'],
    [`$2a$13$${tail}`, 'too_costly'],
    [`{CRYPT}$2y$10$${tail}`, 'BCRYPT'],
    [`bcrypt$$2b$12$${tail}`, 'BCRYPT'],
    [`bcrypt_sha256$$2b$12$${tail}`, 'format'],
    [`$wp$2y$10$${tail}`, 'format'],
    [`$argon2id$v=19$m=19456,t=2,p=1$${salt}$${sha256}`, 'ARGON2ID'],
    [`$argon2id$v=19$m=19457,t=2,p=1$${salt}$${sha256}`, 'too_costly'],
    [`$argon2id$v=19$m=19456,t=3,p=1$${salt}$${sha256}`, 'too_costly'],
    [`$argon2id$v=19$m=19456,t=2,p=2$${salt}$${sha256}`, 'too_costly'],
    [`$argon2id$v=19$t=2,m=19456,p=1$${salt}$${sha256}`, 'ARGON2ID'],
    [`argon2$argon2id$v=19$m=102400,t=2,p=8$${salt}$${sha256}`, 'too_costly'],
    [`$argon2i$v=19$m=4096,t=1,p=1$${salt}$${sha256}`, 'format'],
    [`$argon2d$v=19$m=4096,t=1,p=1$${salt}$${sha256}`, 'format'],
    [`$scrypt$ln=16,r=8,p=1$${salt}$${sha256}`, 'SCRYPT'],
    [`$scrypt$ln=17,r=8,p=1$${salt}$${sha256}`, 'too_costly'],
    [`$scrypt$ln=14,r=16,p=1$${salt}$${sha256}`, 'too_costly'],
    [`$scrypt$ln=14,r=8,p=2$${salt}$${sha256}`, 'too_costly'],
    [`$scrypt$ln=14,r=8,p=1$$${sha256}`, 'format'],
    [`scrypt$16384$salt$8$1$${'A'.repeat(86)}==`, 'SCRYPT'],
    [`scrypt$16384$salt$8$5$${'A'.repeat(86)}==`, 'too_costly'],
    [`scrypt:32768:8:1$salt$${hex}`, 'SCRYPT'],
    [`$7$C6..../....salt$${'.'.repeat(43)}`, 'SCRYPT'],
    [`$7$C6..../....$${'.'.repeat(43)}`, 'format'],
    [`${'0'.repeat(32)}:${hex}`, 'format'],
    [`pbkdf2_sha256$600000$salt$${sha256}=`, 'PBKDF2_SHA256'],
    [`pbkdf2_sha256$600001$salt$${sha256}=`, 'too_costly'],
    [`pbkdf2_sha256$1000$salt$${sha256}=`, 'PBKDF2_SHA256'],
    [`pbkdf2_sha256$999$salt$${sha256}=`, 'format'],
    [`pbkdf2:sha256:260000$salt$${'0'.repeat(64)}`, 'PBKDF2_SHA256'],
    [`pbkdf2:sha1:260000$salt$${'0'.repeat(40)}`, 'format'],
    [`$pbkdf2-sha256$29000$c2FsdA$${sha256}`, 'PBKDF2_SHA256'],
    [`$pbkdf2-sha256$29000$$${sha256}`, 'format'],
    [`$pbkdf2-sha256$i=29000,l=64$c2FsdA$${'A'.repeat(86)}`, 'format'],
    [`$pbkdf2-sha512$29000$c2FsdA$${'A'.repeat(86)}`, 'format'],
    [aspnet(1, 10_000), 'PBKDF2_SHA256'],
    [aspnet(2, 10_000), 'format'],
    [`$6$salt$${'.'.repeat(86)}`, 'format'],
  ])('on %s is %s', (stored, expected) => {
    expect(verdict(stored)).toBe(expected);
  });

  it('refuses a scheme with peppers while a pepper is configured', () => {
    const pepperless = { peppers: [''] };
    expect(verdict(`$2a$10$${tail}`, { peppers: ['secret-pepper'] })).toBe('peppered');
    expect(verdict(`$2a$13$${tail}`, { peppers: ['new', ''] })).toBe('peppered');
    expect(verdict(`$2a$10$${tail}`, pepperless)).toBe('BCRYPT');
    expect(verdict(`bcrypt$$2b$12$${tail}`, { peppers: ['secret-pepper'] })).toBe('BCRYPT');
    expect(verdict(`pbkdf2_sha256$600000$salt$${sha256}=`, { peppers: ['secret-pepper'] })).toBe(
      'PBKDF2_SHA256',
    );
  });
});
