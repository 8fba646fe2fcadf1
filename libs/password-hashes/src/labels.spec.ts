import { describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import {
  padding,
  readsLabels,
  readsPadding,
  verifiesVectors,
} from '../../../test/support/contracts/hash-vector.js';
import {
  isCostly,
  labelledVectors,
  moreVectors,
  oneOfEachFormat,
  type Vector,
  vectorsOfFrameworks,
} from '../../../test/support/builders/hash-vectors.js';
import { selfDescribing } from './detect-scheme.js';
import { costOfCheck, detectScheme, isBlankHash, labels, verifyPassword } from './index.js';
import { normalise } from './normalise.js';

const plain = oneOfEachFormat([...vectorsOfFrameworks, ...moreVectors]);
const named = (vectors: Vector[]) => vectors.map((vector) => [vector.label, vector] as const);

const cheap = labelledVectors.filter((vector) => !isCostly(vector));

describe('vectors with labels and in layouts of frameworks', () => {
  verifiesVectors(cheap);

  it.each(named(labelledVectors))(
    '%s: the scheme is detected without configuration',
    (_label, { hash, format }) => {
      expect(detectScheme(hash)).toBe(format);
    },
  );
});

describe('a stored string', () => {
  readsPadding([...cheap, ...plain.filter((vector) => !isCostly(vector))]);
  readsLabels(cheap);

  it.each(named([...labelledVectors, ...plain]))(
    'of %s is read by at most one scheme',
    (_label, { hash }) => {
      const bare = normalise(hash) ?? '';
      const readers = Object.values(selfDescribing).filter(
        (scheme) => typeof scheme.parse(bare, { peppers: [''] }) === 'object',
      );
      expect(readers.length).toBe(detectScheme(hash) === undefined ? 0 : 1);
    },
  );

  it('with a label and an arbitrary payload neither throws nor matches', async () => {
    const payloads = [...labelledVectors, ...plain].map(({ hash }) => hash.replace(/^\{[^}]*\}/, ''));
    const label = fc.constantFrom(...labels.around, ...labels.alone, 'noop', 'unknown', '');
    const encoding = fc.constantFrom('', '.hex', '.b64', '.base64', '.', '.x');
    const payload = fc
      .record({
        text: fc.constantFrom(...payloads, ''),
        at: fc.nat({ max: 60 }),
        put: anyText({ maxLength: 8 }),
        cut: fc.nat({ max: 6 }),
      })
      .map(({ text, at, put, cut }) => text.slice(0, at) + put + text.slice(at + cut));
    await fc.assert(
      fc.asyncProperty(label, encoding, payload, async (name, suffix, behind) => {
        expect(await verifyPassword('pw', `{${name}${suffix}}${behind}`)).not.toMatch(/^match/);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('is blank if it consists of padding only', () => {
    fc.assert(fc.property(padding, (blank) => expect(isBlankHash(blank)).toBe(true)));
    expect(isBlankHash(' x ')).toBe(false);
  });

  it('with Unicode white space around it is an unknown scheme', async () => {
    const hash = bcrypt.hashSync('pw', 4);
    expect(await verifyPassword('pw', ` ${hash}\r\n`)).toBe('match-needs-rehash');
    for (const blank of ['\u00a0', '\ufeff', '\u2003'])
      expect(await verifyPassword('pw', blank + hash)).toBe('unknown-scheme');
  });

  it('with white space inside is an unknown scheme', async () => {
    const hash = bcrypt.hashSync('pw', 4);
    expect(await verifyPassword('pw', `{bcrypt} ${hash}`)).toBe('unknown-scheme');
    expect(await verifyPassword('pw', `{ bcrypt}${hash}`)).toBe('unknown-scheme');
  });
});

describe('a label', () => {
  const hash = bcrypt.hashSync('pw', 4);
  const md5 = '8fe4c11451281c094a6578e6ddbf5eed'; // digest of "pw"

  it.each([
    'noop',
    'NOOP',
    'PLAIN',
    'CLEAR',
    'CLEARTEXT',
    'plain.b64',
    'CLEAR.hex',
    'PLAIN-TRUNC',
    'unknown',
    '',
  ])('{%s} is never accepted, with any payload', async (label) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), async (password) => {
        const base64 = Buffer.from(password).toString('base64');
        const hex = Buffer.from(password).toString('hex');
        for (const payload of [password, base64, hex, hash, md5])
          expect(await verifyPassword(password, `{${label}}${payload}`, { scheme: 'hex_md5' })).toBe(
            'unknown-scheme',
          );
      }),
      { numRuns: 20 },
    );
    expect(await verifyPassword('pw', `{${label}}${hash}`)).toBe('unknown-scheme');
    expect(await verifyPassword('pw', `{${label}}pw`)).toBe('unknown-scheme');
  });

  it.each([
    `{CRYPT}{CRYPT}${hash}`,
    `{bcrypt}{BLF-CRYPT}${hash}`,
    '{SSHA}{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO',
    '{CRYPT}{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO',
    '{ldap}{ldap}{SSHA}H/zrDv8FXUu1JmwvVYijfrYEF34jVZcO',
    `{ldap}${hash}`,
    '{ldap}test',
    '{ldap}{MD5}CY9rzUYh03PK3k6DJie09g==',
  ])('is not read if nested, except {ldap} around a label that Spring writes: %s', async (stored) => {
    expect(await verifyPassword('pw', stored)).toBe('unknown-scheme');
    expect(await verifyPassword('test', stored)).toBe('unknown-scheme');
  });

  it.each([
    ['argon2id', 'CRYPT'],
    ['argon2id', 'ARGON2I'],
    ['argon2i', 'ARGON2ID'],
    ['phpass_P', 'CRYPT'],
    ['django_pbkdf2_sha256', 'PBKDF2'],
    ['pbkdf2_sha256', 'PBKDF2-SHA256'],
    ['bcrypt_2b', 'SHA512-CRYPT'],
    ['bcrypt_2b', 'ARGON2'],
    ['sha512_crypt', 'SHA256-CRYPT'],
    ['sha512_crypt', 'bcrypt'],
    ['md5_crypt', 'BLF-CRYPT'],
    ['md5_crypt', 'SHA'],
    ['scrypt_passlib', 'SCRYPT'],
    ['hex_sha1', 'MD5'],
    ['lucia_scrypt', 'SCRYPT'],
    ['atlassian_pbkdf2', 'PBKDF2'],
  ])('around %s is refused if it is {%s}', async (format, label) => {
    const vector = [...plain, ...labelledVectors].find((one) => one.format === format);
    expect(vector).toBeDefined();
    expect(await verifyPassword(vector?.password ?? '', `{${label}}${vector?.hash}`)).toBe('unknown-scheme');
  });

  it('of a plain digest overrides the configured scheme', async () => {
    expect(await verifyPassword('pw', `{MD5}${md5}`)).toBe('match-needs-rehash');
    expect(await verifyPassword('pw', `{SHA}${md5}`, { scheme: 'hex_md5' })).toBe('unknown-scheme');
  });
});

describe("scrypt's ln", () => {
  const salt = 'y5mT0pqzlnLO+R+jNOYcYw';
  const digest = '1QAGIxBrMKuO4EVIgdoR24QXvzkhDQfZeaLGeHFx2pQ';

  it('is a logarithm up to 63 and N itself above 63', () => {
    expect(costOfCheck(`$scrypt$ln=14,r=8,p=1$${salt}$${digest}`)).toContain('N=16384,');
    expect(costOfCheck(`$scrypt$ln=1024,r=8,p=1$${salt}==$${digest}=`)).toContain('N=1024,');
    expect(costOfCheck(`$scrypt$ln=63,r=8,p=1$${salt}$${digest}`)).toBeUndefined();
    expect(costOfCheck(`$scrypt$ln=63,r=8,p=1$${salt}==$${digest}=`)).toBeUndefined();
    expect(costOfCheck(`$scrypt$ln=14,r=8,p=1$${salt}==$${digest}=`)).toBeUndefined();
  });

  it.each(['ln=1000', 'n=1000', 'n=0', 'ln=9999999999'])('is refused if N is not a power of two: %s', (N) => {
    expect(detectScheme(`$scrypt$${N},r=8,p=1$${salt}==$${digest}=`)).toBeUndefined();
    expect(detectScheme(`$scrypt$${N},r=8,p=1$${salt}$${digest}`)).toBeUndefined();
  });
});

describe('a check that would cost too much', () => {
  const zeros = (bytes: number) => Buffer.alloc(bytes).toString('base64');
  const phc = (bytes: number) => zeros(bytes).replace(/=+$/, '');

  it.each([
    `{bcrypt}$2a$15$${'a'.repeat(53)}`,
    `{CRYPT}$6$rounds=999999999$salt$${'a'.repeat(86)}`,
    `{SHA512-CRYPT.b64}${Buffer.from(`$6$rounds=999999999$salt$${'a'.repeat(86)}`).toString('base64')}`,
    `{ARGON2ID}$argon2id$v=19$m=1048576,t=1,p=1$${phc(16)}$${phc(32)}`,
    `$argon2id$v=19$t=4294967295,m=65536,p=1$${phc(16)}$${phc(32)}`,
    `{PBKDF2}99999999$${phc(16)}$${phc(20)}`,
    `{PBKDF2}$1$salt$99999999$${'0'.repeat(40)}`,
    `{PBKDF2-SHA512}9999999$${phc(16)}$${phc(64)}`,
    `{scrypt}$190801$${zeros(16)}$${zeros(32)}`,
    `{scrypt}$e08ff$${zeros(16)}$${zeros(32)}`,
    `$3fffff$${zeros(16)}$${zeros(32)}`,
    `$scrypt$n=33554432,r=8,p=1$${phc(16)}$${phc(64)}`,
    `$scrypt$ln=33554432,r=8,p=1$${zeros(16)}$${zeros(32)}`,
    `$scrypt$n=16384,r=8,p=999999$${phc(16)}$${phc(64)}`,
    `$bcrypt$v=98$r=15$${phc(16)}$${phc(23)}`,
    `$bcrypt$v=98$r=3$${phc(16)}$${phc(23)}`,
    `$sha512-crypt$rounds=999999999$salt$${'a'.repeat(86)}`,
  ])('is refused without computing the hash: %s', async (costly) => {
    expect(detectScheme(costly)).toBeUndefined();
    expect(await verifyPassword('pw', costly)).toBe('unknown-scheme');
  });
});
