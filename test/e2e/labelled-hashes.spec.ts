import { describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import type { MigrationProgressResponse } from '#contracts';
import { costOfCheck } from '#password-hashes';
import { Clock } from '../../src/common/clock/clock.js';
import { type LegacyHashesConfig, legacyHashesConfig } from '../../src/common/config/migration.config.js';
import { KeyRing } from '../../src/common/crypto/key-ring.js';
import { Database } from '../../src/common/database/database.js';
import { DummyHash } from '../../src/credentials/dummy-hash.js';
import { personWith } from '../support/builders/admins.js';
import { labelledVectors } from '../support/builders/hash-vectors.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const password = 'Correct-horse-1';
const bcryptHash = bcrypt.hashSync(password, 4);
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function addPerson(email: string, stored: string): Promise<void> {
  await usher.database.sql(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
     VALUES ($1, $2, now(), now(), now())`,
    [email, stored],
  );
}

const subOf = async (email: string) =>
  (
    await usher.database.sql<{ sub: string | null }>(
      `SELECT cognito_sub AS sub FROM users WHERE email = $1`,
      [email],
    )
  )[0]?.sub;

describe('the first sign-in with an old password', () => {
  it.each([
    ['padding', ` \t${bcryptHash}\r\n`],
    ['the padding of a CHAR column', bcryptHash.padEnd(128)],
    ["Spring's label", `{bcrypt}${bcryptHash}`],
    ["Dovecot's label", `{BLF-CRYPT}${bcryptHash}`],
    ["RFC 2307's label and padding", `  {crypt}${bcryptHash}\n`],
    ['a label and an encoding', `{CRYPT.b64}${base64(bcryptHash)}`],
  ])('succeeds for a stored hash with %s', async (name, stored) => {
    const email = `${name.replaceAll(/[^A-Za-z]/g, '-')}@example.com`.toLowerCase();
    await addPerson(email, stored);
    expect((await usher.api.signIn(email, 'Another-horse-1')).status).toBe(401);
    expect((await usher.api.signIn(email, password)).body.tokens).toBeDefined();
    expect(await subOf(email)).toEqual(expect.any(String));
  });

  it.each(
    labelledVectors
      .filter((vector) => vector.password !== null && vector.password.length >= 8)
      .filter(({ label }) =>
        /Lucia 3|Kratos pbkdf2|AdonisJS bcrypt$|OpenLDAP \{PBKDF2-SHA256|\{sha256\}/.test(label),
      )
      .map((vector, index) => [vector.label, vector, index] as const),
  )('succeeds for a stored hash of %s', async (_label, { hash, password: right }, index) => {
    const email = `layout-${index}@example.com`;
    await addPerson(email, hash);
    const answer = await usher.api.post('/aws/auth', {
      ...{ email, password: right, access_token: usher.migrationToken },
    });
    expect(answer.body.success).toBe(true);
  });

  it.each(['{noop}', '{PLAIN}', '{CLEARTEXT}'])(
    'is refused for plain text with the label %s',
    async (label) => {
      const email = `${label.slice(1, -1)}@example.com`.toLowerCase();
      await addPerson(email, label + password);
      const [plain, unknown] = await Promise.all([
        usher.api.signIn(email, password),
        usher.api.signIn('nobody@example.com', password),
      ]);
      expect([plain.status, plain.body.code]).toEqual([401, unknown.body.code]);
      expect(await subOf(email)).toBeNull();
    },
  );
});

describe('progress', () => {
  it('counts labelled and padded hashes by their detected format', async () => {
    const admin = await personWith(usher, 'the-admin@example.org', 'admin');
    await addPerson('count-1@example.com', `{BCRYPT}$2a$10$${'x'.repeat(53)}  `);
    await addPerson('count-2@example.com', `{bcrypt}$2a$10$${'x'.repeat(53)}\n`);
    await addPerson('count-3@example.com', '{noop}plain text');
    await addPerson('count-4@example.com', ' \t\r\n');
    const { body } = await usher.api.get('/migration/progress', admin.headers);
    const { formats, states } = body as unknown as MigrationProgressResponse;
    expect(formats).toContainEqual({ format: '{BCRYPT}$2a$10$', people: 2, supported: true });
    expect(formats).toContainEqual({ format: '{NOOP}', people: 2, supported: false });
    expect(states.find(({ reason }) => reason === 'no_password')?.people).toBeGreaterThan(0);
  });
});

describe('a dummy hash', () => {
  it('has the cost of the labelled and padded hashes in the table', async () => {
    await usher.database.sql(`UPDATE users SET encrypted_password = $1 WHERE encrypted_password <> ''`, [
      ` {bcrypt}$2a$11$${'.'.repeat(53)}\n`,
    ]);
    // A new instance, because that of the application samples the table every ten minutes only.
    const decoys = new DummyHash(
      usher.app.get(Database),
      usher.app.get(Clock),
      usher.app.get<LegacyHashesConfig>(legacyHashesConfig.KEY),
      usher.app.get(KeyRing),
    );
    const decoy = await decoys.forAccount('nobody@example.com');
    expect(costOfCheck(decoy)).toBe('bcrypt_2a 11');
    expect(await decoys.forAccount('Nobody@Example.com')).toBe(decoy);
    expect(await decoys.forAccount('somebody@example.com')).not.toBe(decoy);
  });
});
