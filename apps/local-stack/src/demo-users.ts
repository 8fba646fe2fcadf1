import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { projectRoot } from './project-root.js';

export interface DemoUser {
  email: string;
  password: string;
  note: string;
}

interface DeviseUser {
  id: number;
  typed_email: string;
  password: string;
  confirmed: boolean;
  locked: boolean;
  blank_hash: boolean;
  note: string | null;
}

// Creation time of the dump of the Rails application, in UTC.
const madeAt = Date.parse('2026-11-22T10:45:40Z');

const demoData = (name: string) =>
  readFile(join(projectRoot, 'apps', 'local-stack', 'demo-data', name), 'utf8');

/**
 * Fills an empty database with the users table of a Rails application. All times are shifted by the same
 * amount, so that recent locks are still active and expired locks are still expired.
 */
export async function loadDeviseUsers(client: Client, now: Date): Promise<void> {
  const table = await demoData('devise-users.sql');
  await inTransaction(client, async () => {
    await client.query(table);
    const times = await client.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
        WHERE attrelid = 'users'::regclass AND atttypid = 'timestamp'::regtype AND NOT attisdropped`,
    );
    const moved = times.rows.map(({ name }) => `"${name}" = "${name}" + $1::interval`);
    await client.query(`UPDATE users SET ${moved.join(', ')}`, [`${now.getTime() - madeAt} milliseconds`]);
  });
}

/** Loads the demo users on the first start. A later start changes nothing but renews the locks. */
export async function prepareDemoUsers(client: Client, now: Date): Promise<DemoUser[]> {
  const found = await client.query<{ present: boolean }>(
    `SELECT to_regclass('users') IS NOT NULL AS present`,
  );
  const users = await readDevise();
  if (found.rows[0]?.present) await renewLocks(client, users, now);
  else await loadDeviseUsers(client, now);
  return users.map((user) => ({ email: user.typed_email, password: user.password, note: noteOf(user) }));
}

/** Locks expire after an hour, and the list of demo users would be wrong. Unlocked users stay unlocked. */
async function renewLocks(client: Client, users: DeviseUser[], now: Date): Promise<void> {
  const locked = users.filter((user) => user.locked).map((user) => user.id);
  await client.query(
    `UPDATE users SET locked_at = $1::timestamptz AT TIME ZONE 'UTC' WHERE id = ANY ($2) AND locked_at IS NOT NULL`,
    [now, locked],
  );
}

async function readDevise(): Promise<DeviseUser[]> {
  const { users } = JSON.parse(await demoData('devise-users.json')) as { users: DeviseUser[] };
  return users;
}

function noteOf(user: DeviseUser): string {
  if (!user.confirmed) return 'refused: never confirmed the address';
  if (user.locked) return 'refused: locked, for an hour after each start';
  if (user.blank_hash) return 'refused: has no password, came in over OmniAuth';
  return user.note ?? 'signs in';
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
