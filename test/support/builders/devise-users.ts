import { readFileSync } from 'node:fs';

/** A user in the table of the Rails application, with known passwords. */
export interface DeviseUser {
  key: string;
  id: number;
  typed_email: string;
  email: string;
  password: string;
  wrong_password: string;
  also_accepts: string[];
  also_rejects: string[];
  first_name: string | null;
  last_name: string | null;
  active_for_authentication: boolean;
  blank_hash: boolean;
}

const file = new URL('../../../apps/local-stack/demo-data/devise-users.json', import.meta.url);

export const deviseUsers = (JSON.parse(readFileSync(file, 'utf8')) as { users: DeviseUser[] }).users;

export const maySignIn = (user: DeviseUser): boolean => user.active_for_authentication && !user.blank_hash;

export function deviseUser(key: string): DeviseUser {
  const user = deviseUsers.find((candidate) => candidate.key === key);
  if (user === undefined) throw new Error(`no user ${key}`);
  return user;
}
