import { beforeAll, describe, expect, it } from '@jest/globals';
import { costOfCheck, isBlankHash, labels } from '#password-hashes';
import { createDatabase, openDatabase } from '../../test/support/drivers/database.js';
import {
  labelledVectors,
  moreVectors,
  vectorsOfFrameworks,
} from '../../test/support/builders/hash-vectors.js';
import { Database } from '../common/database/database.js';
import { format, isBlank } from '../common/database/migration-counts.sql.js';
import { MigrationCounts } from './persistence/migration-counts.repository.js';
import { isSupported } from '../credentials/supported-formats.js';

const database = openDatabase(createDatabase);
let counts: MigrationCounts;
beforeAll(async () => {
  counts = new MigrationCounts(new Database(await database.migrate()));
});

/** Without truncated hashes: a prefix does not show that the rest is missing. */
const vectors = [...vectorsOfFrameworks, ...moreVectors, ...labelledVectors].filter(
  ({ password }) => password !== null,
);

const upperCaseLabel = (stored: string) => stored.replace(/^\{[^}]*\}/, (label) => label.toUpperCase());

const refused = [
  '{noop}plain text',
  '{NOOP}$2a$10$',
  '{PLAIN}plain text',
  '{CLEARTEXT}plain text',
  '{plain.b64}cGxhaW4gdGV4dA==',
  '{MD4}8846f7eaee8fb117ad06bdd830b7586c',
  '{unknown}$2a$10$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS',
  '{ldap}plain text',
  '{CRYPT}rl.3StKT.4T8M',
  '{CRYPT}$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
  '{CRYPT}$gy$j9T$salt$digest',
  '{CRYPT}{CRYPT}$2a$10$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS',
  '{bcrypt}{BLF-CRYPT}$2a$10$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS',
  '{bcrypt} $2a$10$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS',
  '{bcrypt}$2a$15$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS',
  '{bcrypt}5f4dcc3b5aa765d61d8327deb882cf99',
  '{ARGON2ID}$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
  '$bcrypt$v=98$r=15$tAe1bhm5zoo0Sx7ZfrCd7w$0T4Cf8htpt/8FbjK+cErdaTh8T6ClYQ',
  '$gy$j9T$salt$digest',
  'garbage',
  '}{',
  '{',
];

const paddings: ((stored: string) => string)[] = [
  (stored) => stored,
  (stored) => ` \t${stored}\r\n`,
  (stored) => `\v\f${upperCaseLabel(stored)}`.padEnd(300),
];

const stored = [
  ...vectors.map(({ hash, format: scheme }) => ({ hash, scheme })),
  ...refused.map((hash) => ({ hash, scheme: undefined })),
].flatMap(({ hash, scheme }) => paddings.map((pad) => ({ hash: pad(hash), scheme })));

const blanks = ['', '   ', '\t', '\r\n', ' \v\f '];

const formatOf = async (hash: string): Promise<string> => {
  const rows = await database.sql<{ format: string; blank: boolean }>(
    `SELECT ${format} AS format, ${isBlank} AS blank FROM (SELECT $1::text AS encrypted_password, NULL::text AS usher_legacy_format) AS users`,
    [hash],
  );
  expect(rows[0]?.blank).toBe(isBlankHash(hash));
  return rows[0]?.format ?? '';
};

/** Firebase hashes need the project's parameters, which cannot be configured for a table. */
const isReadable = (hash: string, scheme?: string) => costOfCheck(hash, scheme as never) !== undefined;

describe('hash formats of the migration counts', () => {
  it('reports a format as supported exactly when the library can check the password', async () => {
    const wrong: unknown[] = [];
    for (const { hash, scheme } of stored) {
      const counted = await formatOf(hash);
      const supported = isSupported(counted, scheme);
      if (supported !== isReadable(hash, scheme)) wrong.push({ hash, counted, supported });
    }
    expect(wrong).toEqual([]);
  });

  it('ignores padding and the case of a label', async () => {
    for (const { hash } of vectors) {
      const padded = await Promise.all(paddings.map((pad) => formatOf(pad(hash))));
      expect(new Set(padded).size).toBe(1);
    }
  });

  it('uses few names, none of which contains the end of a hash', async () => {
    const formats = new Set<string>();
    for (const { hash } of stored) {
      const counted = await formatOf(hash);
      expect(counted.length).toBeLessThan(45);
      if (hash.trim().length > 30) expect(counted).not.toContain(hash.trim().slice(-12));
      formats.add(counted);
    }
    expect(formats.size).toBeLessThan(130);
  });

  it.each([
    ['{bcrypt}$2a$10$abc', '{BCRYPT}$2a$10$'],
    ['{CRYPT}$6$salt$digest', '{CRYPT}$6$'],
    ['{crypt}rl.3StKT.4T8M', '{CRYPT}other'],
    ['{ssha}abc', '{SSHA}'],
    ['{ldap}{SSHA}abc', '{LDAP}{SSHA}'],
    ['{SHA256.hex}abc', '{SHA256.HEX}'],
    ['{pbkdf2@SpringSecurity_v5_8}abc', '{PBKDF2@SPRINGSECURITY_V5_8}'],
    ['{noop}abc', '{NOOP}'],
    [`AQAAAAIAAYag${'A'.repeat(72)}`, 'base64'],
    ['{my own label}abc', 'other'],
    [' $argon2id$v=19$abc\n', '$argon2id$'],
    ['$bcrypt$v=98$r=10$abc', '$bcrypt$v=98$r=10$'],
    [`${'ab'.repeat(16)}:${'0'.repeat(128)}`, 'salt:hexadecimal'],
    ['$e0801$YWJj$YWJj', 'scrypt, cost in hexadecimal'],
  ])('counts %j as %s', async (hash, name) => {
    expect(await formatOf(hash)).toBe(name);
  });

  it('recognises every label of the library', async () => {
    for (const label of labels.around) expect(await formatOf(`{${label}}x`)).toBe(`{${label}}other`);
    for (const label of labels.alone.filter((name) => name !== 'LDAP'))
      expect(await formatOf(`{${label}}x`)).toBe(`{${label}}`);
    for (const label of labels.alone.filter((name) => name !== 'LDAP'))
      expect([label, isSupported(`{${label}}`, undefined)]).toEqual([label, true]);
  });
});

describe('a recount', () => {
  it('equals the counts of the triggers and counts blank hashes as no_password', async () => {
    const hashes = [...stored.map(({ hash }) => hash), ...blanks].filter((hash) => !hash.includes('\0'));
    for (const [index, hash] of hashes.entries())
      await database.sql(
        `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
         VALUES ($1, $2, now(), now(), now())`,
        [`person-${index}@example.com`, hash],
      );
    const read = async () =>
      new Map((await counts.read()).map((row) => [`${row.state} ${row.reason} ${row.format}`, row.people]));
    const byTriggers = await read();
    await counts.recount();
    expect(await read()).toEqual(byTriggers);
    const expected = new Map<string, number>();
    for (const hash of hashes.filter((one) => !isBlankHash(one))) {
      const place = `legacy null ${await formatOf(hash)}`;
      expected.set(place, (expected.get(place) ?? 0) + 1);
    }
    expect(byTriggers).toEqual(new Map([...expected, ['skipped no_password null', blanks.length]]));
  }, 60_000);
});
