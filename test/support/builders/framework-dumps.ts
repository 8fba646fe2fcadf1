import { existsSync, readFileSync } from 'node:fs';
import type { Dialect, FrameworkUser } from './framework-tables.js';

/** A user whom the framework itself has stored. */
export interface DumpedUser {
  email: string;
  /** `null`: the framework's mark of a user without a password. */
  password: string | null;
  state: FrameworkUser['state'];
  /** A database whose keys refuse this user. */
  except?: Dialect;
}

/** Tables and users that a framework has made: test/fixtures/frameworks/README.md. */
export interface FrameworkDump {
  framework: string;
  preset: string;
  /** What the preset reads as first and last name. */
  names: [string | null, string | null];
}

export const frameworkDumps: FrameworkDump[] = [
  { framework: 'devise', preset: 'devise', names: [null, null] },
  { framework: 'rails-password', preset: 'rails-password', names: ['Ada', 'Lovelace'] },
  { framework: 'django', preset: 'django', names: ['Ada', 'Lovelace'] },
  { framework: 'django-allauth', preset: 'django', names: ['Ada', 'Lovelace'] },
  { framework: 'laravel', preset: 'laravel', names: ['Ada', null] },
  { framework: 'wordpress', preset: 'wordpress', names: ['Ada', 'Lovelace'] },
  { framework: 'drupal7', preset: 'drupal7', names: [null, null] },
  { framework: 'supabase', preset: 'supabase', names: [null, null] },
  { framework: 'better-auth', preset: 'better-auth', names: ['Ada', null] },
];

const pathOf = (framework: string, file: string) => `test/fixtures/frameworks/${framework}/${file}`;

export const dumpsIn = (dialect: Dialect): FrameworkDump[] =>
  frameworkDumps.filter(({ framework }) => existsSync(pathOf(framework, `${dialect}.sql`)));

export const sqlOf = (framework: string, dialect: Dialect): string =>
  readFileSync(pathOf(framework, `${dialect}.sql`), 'utf8');

export const usersOf = (framework: string, dialect: Dialect): DumpedUser[] =>
  (JSON.parse(readFileSync(pathOf(framework, 'people.json'), 'utf8')) as DumpedUser[]).filter(
    ({ except }) => except !== dialect,
  );
