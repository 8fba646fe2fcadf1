import type { Database } from '../platform/database/database.js';
import { barSessions, recordSignOut } from './persistence/sessions.sql.js';

/** Ends all of a person's sessions, for a command: the running processes hear of it within two seconds. */
export async function barUser(database: Database, sub: string): Promise<void> {
  await database.query(recordSignOut, [sub, null, null, null, 0, null]);
  await database.query(barSessions, [sub]);
}
