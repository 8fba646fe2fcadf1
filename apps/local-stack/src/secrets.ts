import { randomBytes } from 'node:crypto';
import type { LocalFolder } from './local-folder.js';

export interface Secrets {
  session: string;
  migrationAccessToken: string;
}

const file = 'secrets.json';

/** Generated once, so that sessions and links stay valid after a restart. */
export async function openSecrets(folder: LocalFolder): Promise<Secrets> {
  const kept = await folder.readJson<Secrets>(file);
  if (kept) return kept;
  const secrets = { session: random(), migrationAccessToken: random() };
  await folder.writeJson(file, secrets);
  return secrets;
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
