import { ValidateBy } from 'class-validator';

/** Can a driver take it apart? A password with an unencoded `/`, `#` or `%` makes another address of it, or none. */
function canBeTakenApart(value: string): boolean {
  try {
    // PostgreSQL's own clients allow a user without a host.
    const { username, password, pathname } = new URL(value.replace('@/', '@localhost/'));
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** The address of a server, with who signs in there and how. */
export function IsServerUrl(scheme: RegExp, message: string): PropertyDecorator {
  return ValidateBy({
    name: 'isServerUrl',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && scheme.test(value) && !/\s/.test(value) && canBeTakenApart(value),
      defaultMessage: () => `${message}; special characters of a password are written as in %40`,
    },
  });
}
