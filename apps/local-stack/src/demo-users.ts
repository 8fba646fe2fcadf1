import { existsSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Client } from 'pg';
import type { LocalFolder } from './local-folder.js';
import { projectRoot } from './project-root.js';
import { StartError } from './start-error.js';

export interface DemoUser {
  email: string;
  password: string;
  note: string;
}

export const demoNames = ['devise', 'django', 'wordpress', 'mixed'] as const;
export type DemoName = (typeof demoNames)[number];

export const isDemoName = (name: string): name is DemoName => demoNames.some((one) => one === name);

/** How the banner introduces the users. */
export const demoOrigins: Record<DemoName, string> = {
  devise: 'as a Rails application with Devise left them',
  django: 'as Django stores them in auth_user',
  wordpress: 'as WordPress stores them in wp_users, here on PostgreSQL instead of MySQL',
  mixed: 'in a table of no framework with many hash formats',
};

const sourceTables: Record<Exclude<DemoName, 'devise'>, string> = {
  django: 'auth_user',
  wordpress: 'wp_users',
  mixed: 'members',
};

const demoFile = 'demo.json';

/**
 * Keeps the name of the demo for the next start.
 * @throws StartError if `.local/` has the users of another demo
 */
export async function claimDemo(folder: LocalFolder, demo: DemoName): Promise<void> {
  const made = await folder.readJson<{ demo: string }>(demoFile);
  // Folders of earlier releases have no such file.
  const present = made?.demo ?? (existsSync(folder.pathOf('postgres')) ? 'devise' : undefined);
  if (present !== undefined && present !== demo) {
    throw new StartError(
      `.local/ was made with --demo ${present}, not ${demo}. Start with --demo ${present}, or with --fresh to empty it first.`,
      { exitCode: 2 },
    );
  }
  if (made === undefined) await folder.writeJson(demoFile, { demo });
}

/**
 * Writes the source file of a demo that has one.
 * @returns the value of LEGACY_SOURCE; `undefined` for the adopted table
 */
export async function prepareDemoSource(folder: LocalFolder, demo: DemoName): Promise<string | undefined> {
  if (demo === 'devise') return undefined;
  if (demo !== 'mixed') return demo;
  const file = folder.pathOf('usher.source.yaml');
  await copyFile(join(projectRoot, 'apps', 'local-stack', 'demo-data', 'mixed.source.yaml'), file);
  // The same for the API and for commands that are run in the project's folder.
  return relative(projectRoot, file);
}

/** Loads the demo users on the first start. A later start changes nothing but renews the locks of `devise`. */
export async function prepareDemoUsers(client: Client, now: Date, demo: DemoName): Promise<DemoUser[]> {
  if (demo === 'devise') return prepareDeviseUsers(client, now);
  if (!(await hasTable(client, sourceTables[demo]))) {
    const dump = await demoData(`${demo}.sql`);
    await inTransaction(client, async () => void (await client.query(dump)));
  }
  const { users } = JSON.parse(await demoData(`${demo}-users.json`)) as { users: DemoUser[] };
  return users;
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

async function prepareDeviseUsers(client: Client, now: Date): Promise<DemoUser[]> {
  const users = await readDevise();
  if (await hasTable(client, 'users')) await renewLocks(client, users, now);
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

async function hasTable(client: Client, table: string): Promise<boolean> {
  const found = await client.query<{ present: boolean }>('SELECT to_regclass($1) IS NOT NULL AS present', [
    table,
  ]);
  return found.rows[0]?.present === true;
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
