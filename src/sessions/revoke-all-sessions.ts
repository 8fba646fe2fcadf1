import type { Database } from '../common/database/database.js';
import { revokeOfDisabledUser, recordSignOut } from './persistence/sessions.sql.js';

/** For commands: revokes all sessions of a user. Running processes read it within 2 seconds. */
export async function revokeAllSessions(database: Database, sub: string): Promise<void> {
  await database.query(recordSignOut, [sub, null, null, null, 0, null]);
  await database.query(revokeOfDisabledUser, [sub]);
}
