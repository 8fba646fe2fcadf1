import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { createDatabase } from './database.js';
import { startPostgresSource } from './legacy-postgres.js';
import { startUsher, type Usher } from './usher.js';

export const oldPassword = 'the old password 1';
const hash = bcrypt.hashSync(oldPassword, 4);

const columns = {
  ...{ id: 'bigint', email: 'text?', password: 'text?', verified: 'boolean', blocked: 'boolean' },
  ...{ locked_until: 'timestamp?', first_name: 'text?', last_name: 'text?', seen_at: 'timestamp?' },
  joined_at: 'timestamp?',
  language: 'text?',
};

const sourceFile = {
  table: 'people',
  columns: {
    ...{ id: 'id', email: 'email', hash: 'password', first_name: 'first_name', last_name: 'last_name' },
    ...{ verified: { equals: ['verified', true] }, blocked: ['blocked'] },
    ...{ locked_until: 'locked_until', last_sign_in_at: 'seen_at', created_at: 'joined_at' },
    attributes: { locale: 'language' },
  },
  // Users without `joined_at` are equally new.
  identifier: { on_duplicate: 'newest' },
};

export interface SourceUsher extends Usher {
  source: Awaited<ReturnType<typeof startPostgresSource>>;
  /** Inserts a person into the legacy database. @returns the id */
  person(email: string | null, state?: Record<string, unknown>): Promise<number>;
}

/** Usher with a read-only source in PostgreSQL, for all tests of a file. */
export function openSourceUsher(): SourceUsher {
  const opened = {} as SourceUsher;
  let folder: string;
  let id = 100;
  beforeAll(async () => {
    const source = await startPostgresSource();
    await source.create({ name: 'people', columns, rows: [] });
    folder = await mkdtemp(join(tmpdir(), 'usher-source-'));
    const path = join(folder, 'usher.source.json');
    await writeFile(path, JSON.stringify(sourceFile));
    const environment = { LEGACY_SOURCE: path, LEGACY_DATABASE_URL: source.url };
    const person = async (email: string | null, state: Record<string, unknown> = {}) => {
      id += 1;
      const row = { id, email, password: hash, verified: true, blocked: false, first_name: 'Ada', ...state };
      const values = Object.keys(row).map((_, index) => `$${index + 1}`);
      const text = `INSERT INTO people (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`;
      await source.database.sql(text, Object.values(row));
      return id;
    };
    Object.assign(opened, await startUsher({ database: await createDatabase(), environment }), {
      source,
      person,
    });
  });
  afterEach(() => opened.source.bringBack());
  afterAll(async () => {
    await opened.close();
    await opened.source.close();
    await rm(folder, { recursive: true });
  });
  return opened;
}
