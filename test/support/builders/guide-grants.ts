import { readFileSync } from 'node:fs';

/** A guide whose statements make the account of Usher, with tables to try them on. */
export interface GuideOfGrants {
  file: string;
  preset: string;
  /** A dump; absent: the table of the preset's tests. */
  framework?: string;
}

export const guidesOfGrants: GuideOfGrants[] = [
  { file: 'docs/guides/devise.md', preset: 'devise', framework: 'devise' },
  { file: 'docs/guides/django.md', preset: 'django', framework: 'django-allauth' },
  { file: 'docs/guides/laravel.md', preset: 'laravel', framework: 'laravel' },
  { file: 'docs/guides/wordpress.md', preset: 'wordpress', framework: 'wordpress' },
  { file: 'docs/guides/has-secure-password.md', preset: 'rails-password', framework: 'rails-password' },
  { file: 'docs/guides/aspnet-identity.md', preset: 'aspnet-identity' },
  { file: 'docs/guides/node.md', preset: 'better-auth', framework: 'better-auth' },
  { file: 'docs/legacy-sources.md', preset: 'supabase', framework: 'supabase' },
];

const statement =
  /CREATE (?:ROLE|USER) usher_read [A-Z ]+'…'|GRANT [^;]+? TO usher_read|CREATE POLICY usher_read [^;]+/g;

/**
 * The statements about `usher_read`, as they stand in the file: on lines of `psql` or after "PostgreSQL:", of `mysql` or after
 * "MySQL:", or in a block of SQL, which is PostgreSQL's.
 */
export function grantsIn(file: string, dialect: 'postgres' | 'mariadb'): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [before = '', after = ''] = line.startsWith('mysql ') ? ['', line] : line.split('MySQL: ');
    return (dialect === 'mariadb' ? after : before).match(statement) ?? [];
  });
}
