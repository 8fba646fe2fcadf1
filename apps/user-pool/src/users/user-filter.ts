import type { User } from '../state/records.js';
import { invalidParameter } from '../wire/errors.js';

/** Searchable attributes; custom ones are not searchable. (API reference, ListUsers) */
const searchable: Record<string, (user: User) => string | undefined> = {
  username: (user) => user.username,
  sub: (user) => user.sub,
  'cognito:user_status': (user) => user.status,
  status: (user) => (user.enabled ? 'Enabled' : 'Disabled'),
};
for (const name of ['email', 'phone_number', 'name', 'given_name', 'family_name', 'preferred_username']) {
  searchable[name] = (user) => user.attributes[name];
}

/** `email = "jane@example.com"`, or `^=` for a prefix. Quotes in the value are escaped with a backslash. */
const grammar = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/;

export function readUserFilter(filter: string | undefined): (user: User) => boolean {
  if (filter === undefined || filter.trim() === '') return () => true;
  const [, name = '', operator, quoted = ''] = grammar.exec(filter) ?? [];
  const read = Object.hasOwn(searchable, name) ? searchable[name] : undefined;
  if (!read) throw invalidParameter('Error while parsing filter.');
  const wanted = quoted.replaceAll(/\\(.)/g, '$1');
  // The comparison is case-sensitive for the status only.
  const isExact = name.endsWith('status') || name === 'sub' || name === 'username';
  const fold = (text: string) => (isExact ? text : text.toLowerCase());
  return (user) => {
    const value = read(user);
    if (value === undefined) return false;
    return operator === '=' ? fold(value) === fold(wanted) : fold(value).startsWith(fold(wanted));
  };
}
