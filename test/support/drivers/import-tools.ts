import { pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { hashSync } from '@node-rs/argon2';
import bcrypt from 'bcryptjs';
import { runCommand } from './command.js';
import type { Usher } from './usher.js';

export const legacyPassword = 'the legacy password 1';

const salt = randomBytes(16);
const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

/** Cheap hashes of `legacyPassword`, by Cognito's algorithm. */
export const hashes = {
  BCRYPT: bcrypt.hashSync(legacyPassword, 4).replace('$2b$', '$2a$'),
  SCRYPT: `$scrypt$ln=4,r=8,p=1$${base64(salt)}$${base64(scryptSync(legacyPassword, salt, 32, { N: 16, r: 8, p: 1 }))}`,
  ARGON2ID: hashSync(legacyPassword, { memoryCost: 1024, timeCost: 1, parallelism: 1 }),
  PBKDF2_SHA256: `pbkdf2_sha256$1000$salt$${pbkdf2Sync(legacyPassword, 'salt', 1000, 32, 'sha256').toString('base64')}`,
};

/** Shared steps of the tests of `usher migration import`, on an adopted table that begins empty in each test. */
export function importTools(usher: () => Usher) {
  let folder = '';
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'usher-import-')), 'files');
  });
  afterAll(() => rm(join(folder, '..'), { recursive: true }));
  beforeEach(async () => {
    const { UserPoolId } = inPool('');
    for (;;) {
      const { Users = [] } = await usher().cognito.listUsers({ UserPoolId });
      for (const { Username = '' } of Users) await usher().cognito.adminDeleteUser(inPool(Username));
      if (Users.length === 0) break;
    }
    await usher().database.sql('DELETE FROM users');
    await usher().database.sql(
      'TRUNCATE usher.imports, usher.import_files, usher.account_failures, usher.deleted_agreements',
    );
    usher().proxy.calls.splice(0);
  });

  const inPool = (Username: string) => ({ UserPoolId: usher().userPoolId, Username });

  const importUsers = (argv: string[] = [], changes: Record<string, string | undefined> = {}) =>
    runCommand(['migration', 'import', ...argv], { ...variables(), ...changes });

  const variables = () => ({
    DATABASE_URL: usher().database.url,
    AWS_REGION: usher().variables.AWS_REGION,
    AWS_COGNITO_USER_POOL_ID: usher().userPoolId,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: usher().proxy.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: usher().variables.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS,
    // Variables that the command does not use may be invalid.
    PORT: 'not a port',
  });

  /** Runs the import. @returns the answer with --json */
  const imported = async (argv: string[] = [], changes: Record<string, string | undefined> = {}) => {
    const { status, out, err } = await importUsers(['--json', '--dir', folder, ...argv], changes);
    return { status, err, ...(out !== '' && { answer: JSON.parse(out) as Record<string, unknown> }) };
  };

  /** Inserts a legacy user who may sign in with `legacyPassword`. @returns the id */
  const person = async (email: string | null, changes: Record<string, unknown> = {}): Promise<number> => {
    const now = new Date();
    const row = {
      email,
      encrypted_password: hashes.BCRYPT,
      confirmed_at: now,
      created_at: now,
      updated_at: now,
      ...changes,
    };
    const values = Object.keys(row).map((_, index) => `$${index + 1}`);
    const text = `INSERT INTO users (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')}) RETURNING id::int`;
    const [inserted] = await usher().database.sql<{ id: number }>(text, Object.values(row));
    return inserted?.id ?? 0;
  };

  const rowOf = async (id: number) =>
    (
      await usher().database.sql<Record<string, unknown>>(
        `SELECT cognito_sub AS sub, usher_migration_state AS state, usher_migration_reason AS reason FROM users WHERE id = $1`,
        [id],
      )
    )[0];

  const importOf = async (id: number) =>
    (
      await usher().database.sql<Record<string, unknown>>(
        'SELECT state, reason, sub FROM usher.imports WHERE user_id = $1',
        [id],
      )
    )[0];

  const filesLeft = () => (existsSync(folder) ? readdirSync(folder) : []);

  return {
    inPool,
    importUsers,
    imported,
    variables,
    person,
    rowOf,
    importOf,
    filesLeft,
    folder: () => folder,
  };
}
