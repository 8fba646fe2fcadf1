import { chown, mkdir, stat } from 'node:fs/promises';
import { platform } from 'node:process';
import { ownDatabaseHint, StartError } from '../start-error.js';

/** Who the PostgreSQL processes run as; `undefined` means "as ourselves". */
export type Account = { uid: number; gid: number } | undefined;

// "nobody", by number: a container often has no such name.
const nobody = { uid: 65534, gid: 65534 };

/**
 * PostgreSQL refuses to run as root, so as root it gets an unprivileged account. A folder that an ordinary user
 * filled before stays that user's, otherwise `sudo npm start` would lock its owner out.
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
