import { chown, mkdir, stat } from 'node:fs/promises';
import { platform } from 'node:process';
import { ownDatabaseHint, StartError } from '../start-error.js';

/** The account of the PostgreSQL processes; `undefined` for the account of this process. */
export type Account = { uid: number; gid: number } | undefined;

// UID of "nobody"; containers often have no such name.
const nobody = { uid: 65534, gid: 65534 };

/**
 * PostgreSQL refuses to run as root, so root starts it with an unprivileged account. A folder that an ordinary user
 * created earlier keeps its owner; otherwise `sudo npm start` would lock the user out.
 */
export async function chooseAccount(dataDir: string): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined;
  if (platform !== 'linux') {
    throw new StartError(`PostgreSQL does not run as root. Start as an ordinary user. ${ownDatabaseHint}`);
  }
  const owner = await stat(dataDir).catch(() => undefined);
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : nobody;
}

export async function makePrivateFolder(path: string, account: Account): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account) await chown(path, account.uid, account.gid);
}
