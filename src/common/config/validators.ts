import { isIP } from 'node:net';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

/** A comma-separated list. */
export const list = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
    : value;

export const digits = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? Number(/^\d+$/.test(value) ? value : NaN) : value;

/** Values of example files. */
const placeholder = /^(change-?me|replace-?me|your[-_ ]|<|xxx|todo\b)|^(secret|password|example)$/i;

/** A comma-separated list of secrets, each long enough and no placeholder. */
export function AreSecrets(shortest: number): PropertyDecorator {
  return (target, property) => {
    Transform(list)(target, property);
    ValidateBy({
      name: 'areSecrets',
      validator: {
        validate: (value: unknown) =>
          Array.isArray(value) &&
          value.length > 0 &&
          value.every(
            (item) => typeof item === 'string' && item.length >= shortest && !placeholder.test(item),
          ),
        defaultMessage: () =>
          `must hold one or more comma-separated values of at least ${shortest} characters, none of them a placeholder`,
      },
    })(target, property);
  };
}

/** IP addresses and networks of reverse proxies: `10.0.0.0/8`, `::1`. */
export function IsIpOrNetwork(): PropertyDecorator {
  const isPrefix = (prefix: string | undefined, bits: number) =>
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return ValidateBy({
    name: 'isIpOrNetwork',
    validator: {
      validate: (value: unknown) =>
        Array.isArray(value) &&
        value.every((item: string) => {
          const [address = '', prefix, ...rest] = item.split('/');
          const version = isIP(address);
          return version !== 0 && rest.length === 0 && isPrefix(prefix, version === 4 ? 32 : 128);
        }),
      defaultMessage: () => 'must hold comma-separated IP addresses or networks such as 10.0.0.0/8',
    },
  });
}

/** An origin that CORS_ORIGINS can name with a wildcard port. */
export const loopbackOrigin = /^http:\/\/(localhost|127\.0\.0\.1)(:(\d{1,5}|\*))?$/;

/** @param origin a `loopbackOrigin` */
export const withAnyPort = (origin: string): string => origin.replace(loopbackOrigin, 'http://$1:*');

/** Origins as browsers send them, or with the port `*` for loopback hosts. */
export function AreOrigins(): PropertyDecorator {
  return (target, property) => {
    Transform(({ value }: { value: unknown }) => {
      const items = list({ value });
      return Array.isArray(items) ? items.map((item: string) => originOf(item) ?? item) : items;
    })(target, property);
    ValidateBy({
      name: 'areOrigins',
      validator: {
        validate: (value: unknown) =>
          Array.isArray(value) && value.every((item: string) => originOf(item) !== undefined),
        defaultMessage: () =>
          'must hold comma-separated origins such as https://app.example.com; only http://localhost:* and http://127.0.0.1:* may have a wildcard',
      },
    })(target, property);
  };
}

/** In lower case and without the default port. */
function originOf(item: string): string | undefined {
  if (item.endsWith(':*') && loopbackOrigin.test(item)) return item;
  return /^https?:\/\/[^\s/\\?#@*]+$/i.test(item) && URL.canParse(item) ? new URL(item).origin : undefined;
}

/** Absolute http(s) URLs without credentials, query and fragment: pages that may be returned to. */
export function AreReturnUrls(): PropertyDecorator {
  const isReturnUrl = (item: string): boolean => {
    if (!/^https?:\/\//i.test(item) || /[\s\\?#]/.test(item) || !URL.canParse(item)) return false;
    const { username, password } = new URL(item);
    return username === '' && password === '';
  };
  return ValidateBy({
    name: 'areReturnUrls',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.every(isReturnUrl),
      defaultMessage: () =>
        'must hold comma-separated URLs such as https://app.example.com/home, without a query',
    },
  });
}

/** The URL of a server, with optional credentials. */
export function IsServerUrl(scheme: RegExp, message: string): PropertyDecorator {
  return ValidateBy({
    name: 'isServerUrl',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && scheme.test(value) && isServerUrl(value),
      defaultMessage: () => `${message}; special characters of a password are written as in %40`,
    },
  });
}

export const isServerUrl = (value: string): boolean => !/\s/.test(value) && isParsable(value);

/** An unencoded `/`, `#` or `%` in a password changes the URL or makes it invalid. */
function isParsable(value: string): boolean {
  try {
    // PostgreSQL's own clients allow a user without a host.
    const { username, password, pathname } = new URL(value.replace('@/', '@localhost/'));
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** A duration such as `14 days`. */
export const period = /^[1-9]\d*\s*(minutes?|hours?|days?)$/;

const unitSeconds = { minute: 60, hour: 3600, day: 86_400 };

/** Returns `undefined` for anything but a `period`. */
export function secondsOf(text: string): number | undefined {
  const [, count, unit] = /^(\d+)\s*(minute|hour|day)s?$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
}

/** The message for an empty value that is required. */
export const isSet = { message: 'is missing' };
