import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hashSync as argon2 } from '@node-rs/argon2';
import bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import {
  accepted,
  isCostly,
  labelledVectors,
  moreVectors,
  vectorsOfFrameworks,
} from '../../../test/support/builders/hash-vectors.js';
import {
  cognitoAccepts,
  convertsVectors,
  convertVector,
  isCognitoHash,
} from '../../../test/support/contracts/cognito-hash.js';
import { type CognitoHash, inspectHash, type SchemeName, toCognitoHash, verifyPassword } from './index.js';

const vectors = [...vectorsOfFrameworks, ...moreVectors, ...labelledVectors];

/** @throws if the string does not convert */
function convert(stored: string): CognitoHash {
  const converted = toCognitoHash(stored);
  if ('reason' in converted) throw new Error(`${stored} does not convert: ${converted.reason}`);
  return converted;
}

describe('a vector', () => {
  // `npm run test:vectors` has the costly vectors.
  convertsVectors(vectors.filter((vector) => !isCostly(vector)));

  it('converts in these formats only', () => {
    const converting = vectors.filter((vector) => 'hash' in convertVector(vector));
    expect([...new Set(converting.map(({ format }) => format))].sort()).toEqual([
      'argon2id',
      'aspnet_identity_v3',
      'bcrypt_2a',
      'bcrypt_2b',
      'bcrypt_2x',
      'bcrypt_2y',
      'devise_bcrypt',
      'django_bcrypt',
      'django_pbkdf2_sha256',
      'pbkdf2_sha256',
      'scrypt_passlib',
      'werkzeug_pbkdf2',
      'werkzeug_scrypt',
    ]);
  });
});

const phc = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
const adapted = (bytes: Uint8Array) => phc(bytes).replaceAll('+', '.');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const rounds = 1_000;
const sha256 = (password: string, salt: Uint8Array | string, iterations = rounds) =>
  pbkdf2Sync(password, salt, iterations, 32, 'sha256');
const scrypt = (password: string, salt: Uint8Array | string, bytes: number) =>
  scryptSync(password, salt, bytes, { N: 16, r: 8, p: 1 });
const argon = (password: string, salt: Uint8Array) =>
  argon2(password, { algorithm: 2, memoryCost: 8, timeCost: 2, parallelism: 1, salt });

function aspnet(password: string, salt: Uint8Array): string {
  const header = Buffer.alloc(13, 1);
  header.writeUInt32BE(1, 1);
  header.writeUInt32BE(rounds, 5);
  header.writeUInt32BE(salt.length, 9);
  return base64(Buffer.concat([header, salt, sha256(password, salt)]));
}

/** AdonisJS: salt and digest of bcrypt in standard base64. */
function adonisBcrypt(password: string): string {
  const hash = bcrypt.hashSync(password, 4);
  const standard = (text: string, bytes: number) => phc(Uint8Array.from(bcrypt.decodeBase64(text, bytes)));
  return `$bcrypt$v=98$r=4$${standard(hash.slice(7, 29), 16)}$${standard(hash.slice(29), 23)}`;
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** crypt(3)'s base64 of 32 bytes: groups of three bytes, the lowest six bits first. */
const crypt64 = (bytes: Buffer): string =>
  Array.from({ length: 43 }, (_, digit) => {
    const first = Math.floor(digit / 4) * 3;
    const group = bytes.readUIntLE(first, Math.min(3, bytes.length - first));
    return alphabet.charAt((group >> (6 * (digit % 4))) & 63);
  }).join('');

type Layout = (password: string, salt: Uint8Array, saltText: string) => string;

const withVersion = (version: string) => (password: string) =>
  version + bcrypt.hashSync(password, 4).slice('$2b$'.length);

/** Hashes as the frameworks write them, made without our code. */
const layouts: Record<string, Layout> = {
  $2a$: withVersion('$2a$'),
  $2b$: withVersion('$2b$'),
  $2y$: withVersion('$2y$'),
  'Spring {bcrypt}': withVersion('{bcrypt}$2a$'),
  'Dovecot {BLF-CRYPT}': withVersion('{BLF-CRYPT}$2y$'),
  'RFC 2307 {CRYPT}': withVersion('{CRYPT}$2b$'),
  'Django bcrypt': withVersion('bcrypt$$2b$'),
  'AdonisJS bcrypt': adonisBcrypt,
  'passlib pbkdf2': (password, salt) =>
    `$pbkdf2-sha256$${rounds}$${adapted(salt)}$${adapted(sha256(password, salt))}`,
  'PHC pbkdf2': (password, salt) =>
    `$pbkdf2-sha256$i=${rounds},l=32$${phc(salt)}$${phc(sha256(password, salt))}`,
  'Django pbkdf2': (password, _, salt) => `pbkdf2_sha256$${rounds}$${salt}$${base64(sha256(password, salt))}`,
  'Werkzeug pbkdf2': (password, _, salt) => `pbkdf2:sha256:${rounds}$${salt}$${hex(sha256(password, salt))}`,
  'OpenLDAP {PBKDF2-SHA256}': (password, salt) =>
    `{PBKDF2-SHA256}${rounds}$${adapted(salt)}$${adapted(sha256(password, salt))}`,
  'ASP.NET Core Identity': aspnet,
  'PHC scrypt': (password, salt) => `$scrypt$ln=4,r=8,p=1$${phc(salt)}$${phc(scrypt(password, salt, 32))}`,
  'Spring {scrypt}': (password, salt) =>
    `{scrypt}$40801$${base64(salt)}$${base64(scrypt(password, salt, 32))}`,
  'AdonisJS scrypt': (password, salt) =>
    `$scrypt$n=16,r=8,p=1$${phc(salt)}$${phc(scrypt(password, salt, 64))}`,
  'Werkzeug scrypt': (password, _, salt) => `scrypt:16:8:1$${salt}$${hex(scrypt(password, salt, 64))}`,
  'Django scrypt': (password, _, salt) => `scrypt$16$${salt}$8$1$${base64(scrypt(password, salt, 64))}`,
  'crypt(3) $7$': (password, _, salt) => `$7$26..../....${salt}$${crypt64(scrypt(password, salt, 32))}`,
  argon2id: argon,
  'Django argon2': (password, salt) => `argon2${argon(password, salt)}`,
  'AdonisJS argon2': (password, salt) => argon(password, salt).replace('m=8,t=2', 't=2,m=8'),
};

describe('toCognitoHash', () => {
  const salts = fc.uint8Array({ minLength: 16, maxLength: 40 });
  const saltTexts = fc.string({ unit: fc.constantFrom(...'azAZ09./+=-\u00e9'), minLength: 1, maxLength: 22 });
  const passwords = fc.oneof(
    anyText({ maxLength: 100 }),
    fc.string({
      unit: fc.constantFrom('a', ' ', "'", '\u0000', '\u00e9', 'e\u0301', '\uff21'),
      maxLength: 80,
    }),
  );
  const changes: ((password: string) => string)[] = [
    (password) => password,
    (password) => `${password} `,
    (password) => password.trim(),
    (password) => password.normalize('NFKC'),
    (password) => password.normalize('NFD'),
    (password) => password.toLowerCase(),
    (password) => password.slice(0, -1),
    (password) => password.replace(/['"\\]/g, String.raw`\$&`),
    (password) => password.slice(0, 72),
    (password) => password.split('\0')[0] ?? '',
  ];

  it.each(Object.entries(layouts))('converts %s to a hash of the same passwords', async (_name, layout) => {
    await fc.assert(
      fc.asyncProperty(
        passwords,
        fc.constantFrom(...changes),
        salts,
        saltTexts,
        async (password, change, ...salt) => {
          const stored = layout(password, ...salt);
          const converted = convert(stored);
          expect(cognitoAccepts(converted, password)).toBe(true);
          const other = change(password);
          const before = accepted(await verifyPassword(other, stored));
          expect({ other, accepted: cognitoAccepts(converted, other) }).toEqual({ other, accepted: before });
        },
      ),
      { numRuns: 30 },
    );
  });

  const tail = `${'a'.repeat(21)}e${'b'.repeat(30)}e`;
  const zeros = 'A'.repeat(43);

  it.each([
    [`{CRYPT}$2y$10$${tail}`, 'BCRYPT', `$2y$10$${tail}`],
    [`bcrypt$$2b$12$${tail}`, 'BCRYPT', `$2b$12$${tail}`],
    [`pbkdf2_sha256$1000$salt$${zeros}=`, 'PBKDF2_SHA256', `$pbkdf2-sha256$1000$c2FsdA$${zeros}`],
    [`pbkdf2:sha256:1000$salt$${'0'.repeat(64)}`, 'PBKDF2_SHA256', `$pbkdf2-sha256$1000$c2FsdA$${zeros}`],
    // passlib writes "." for "+"
    [`$pbkdf2-sha256$1000$..8$${zeros}`, 'PBKDF2_SHA256', `$pbkdf2-sha256$1000$++8$${zeros}`],
    [`scrypt:32768:8:1$salt$${'0'.repeat(128)}`, 'SCRYPT', `32768$8$1$73616c74$${'0'.repeat(128)}`],
    [`$scrypt$ln=14,r=8,p=1$c2FsdA$${zeros}`, 'SCRYPT', `16384$8$1$73616c74$${'0'.repeat(64)}`],
    [
      `argon2$argon2id$v=19$m=4096,t=2,p=1$c2FsdHNhbHQ$${zeros}`,
      'ARGON2ID',
      `$argon2id$v=19$m=4096,t=2,p=1$c2FsdHNhbHQ$${zeros}`,
    ],
  ])('writes %s as %s %s', (stored, algorithm, hash) => {
    expect(toCognitoHash(stored)).toEqual({ algorithm, hash });
  });

  it('converts $2x$ only to itself and marks it as a risk', () => {
    const stored = `$2x$10$${tail}`;
    expect(toCognitoHash(` {CRYPT}${stored}\n`)).toEqual({
      algorithm: 'BCRYPT',
      hash: stored,
      risk: 'bcrypt_2x',
    });
  });

  it.each([
    ['secret', 'unknown'],
    ['$2b$10$abc', 'impossible'],
    [`$2b$15$${tail}`, 'too_costly'],
    [`$2b$13$${tail}`, 'too_costly'],
    [`$2$10$${tail}`, 'format'],
    [`bcrypt_sha256$$2b$10$${tail}`, 'format'],
    [`$wp$2y$10$${tail}`, 'format'],
    [`$argon2id$v=16$m=4096,t=2,p=1$c2FsdHNhbHQ$${zeros}`, 'format'],
    [`$argon2id$m=4096,t=2,p=1$c2FsdHNhbHQ$${zeros}`, 'format'],
  ])('does not convert %s: %s', (stored, reason) => {
    expect(toCognitoHash(stored)).toEqual({ reason });
  });

  it('does not convert hashes of a peppered scheme', () => {
    const peppers = ['secret-pepper', ''];
    expect(toCognitoHash(`$2b$10$${tail}`, { peppers })).toEqual({ reason: 'peppered' });
    expect(toCognitoHash(`$2b$10$${tail}`, { peppers: [''] })).toMatchObject({ algorithm: 'BCRYPT' });
  });

  it('agrees with inspectHash about vectors with any changed part', () => {
    const part = fc.string({ unit: fc.constantFrom(...'$0159az./=,\n\u00e9'), maxLength: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom(...vectors),
        fc.nat({ max: 200 }),
        part,
        fc.nat({ max: 4 }),
        (vector, at, put, cut) => {
          const options = { scheme: vector.format as SchemeName };
          const start = at % vector.hash.length;
          const stored = vector.hash.slice(0, start) + put + vector.hash.slice(start + cut);
          const converted = toCognitoHash(stored, options);
          const inspection = inspectHash(stored, options);
          const verdict = inspection.verifiable ? inspection.cognitoImport : { reason: inspection.why };
          if ('reason' in converted) return expect(verdict).toMatchObject(converted);
          expect(verdict).toEqual({ converts: true, algorithm: converted.algorithm });
          expect(isCognitoHash(converted)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
