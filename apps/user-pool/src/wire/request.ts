import type { AttributeType } from '@aws-sdk/client-cognito-identity-provider';
import { invalidParameter, ServiceError } from './errors.js';
import { lowerFirst, type RequiredRule, type Rule } from './rules.js';

/**
 * The members of a request, each described by one word: `Username: 'username!'` is required text of 1 to 128
 * characters. `ignored` members are dropped; nested settings have a rule instead of a word. A member
 * that is not listed is refused, so that no setting is ignored silently.
 */
type TextKind = 'text' | 'username' | 'password' | 'code';
type KindOf<T> = [T] extends [string]
  ? TextKind
  : [T] extends [number]
    ? 'number'
    : [T] extends [boolean]
      ? 'boolean'
      : [T] extends [string[]]
        ? 'texts'
        : [T] extends [AttributeType[]]
          ? 'attributes'
          : [T] extends [Record<string, string>]
            ? 'map'
            : never;
type Optional<R, K extends keyof R> = Partial<Pick<R, K>> extends Pick<R, K> ? true : false;

export type Accepts<R> = {
  [K in keyof R as Optional<R, K> extends true ? never : K]: [KindOf<NonNullable<R[K]>>] extends [never]
    ? RequiredRule
    : `${KindOf<NonNullable<R[K]>>}!`;
} & {
  [K in keyof R as Optional<R, K> extends true ? K : never]?:
    KindOf<NonNullable<R[K]>> | `${KindOf<NonNullable<R[K]>>}!` | 'ignored' | Rule;
};

/** A checked request: the required members are present. */
export type Checked<R> = {
  [K in keyof R]: Optional<R, K> extends true ? R[K] : NonNullable<R[K]>;
};

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAttribute = (value: unknown) =>
  isObject(value) && isText(value['Name']) && (value['Value'] === undefined || isText(value['Value']));

const types: Record<string, (value: unknown) => boolean> = {
  text: isText,
  username: isText,
  password: isText,
  code: isText,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  texts: (value) => Array.isArray(value) && value.every(isText),
  attributes: (value) => Array.isArray(value) && value.every(isAttribute),
  map: (value) => isObject(value) && Object.values(value).every(isText),
  ignored: () => true,
};

const longest: Record<string, number> = { username: 128, password: 256, code: 2048, text: 131_072 };

/** `PasswordType` of the service model. Passwords in the parameters of a sign-in have no pattern. */
export const passwordPattern = /^\S+.*\S+$/;

export function checkRequest<R>(accepts: Accepts<R>, body: unknown): Checked<R> {
  if (!isObject(body)) throw new ServiceError('SerializationException', 'The body is not a JSON object.');
  const kinds = new Map(Object.entries<string | Rule | RequiredRule>(accepts));
  const given = Object.entries(body).filter(([, value]) => value !== null);
  const checked = given.map(([member, value]) => [member, checkMember(member, value, kinds.get(member))]);
  for (const [member, kind] of kinds) {
    const isRequired = typeof kind === 'string' ? kind.endsWith('!') : 'required' in kind;
    if (isRequired && (body[member] === undefined || body[member] === null)) {
      throw constraint('Value null', member, 'Member must not be null');
    }
  }
  return Object.fromEntries(checked) as Checked<R>;
}

function checkMember(member: string, value: unknown, kind: string | Rule | undefined): unknown {
  if (kind === undefined) {
    throw invalidParameter(`The local user pool does not support the parameter ${member} of this operation.`);
  }
  if (typeof kind === 'function') return kind(value, lowerFirst(member));
  const bare = kind.replace('!', '');
  if (!types[bare]?.(value)) {
    throw new ServiceError('SerializationException', `${member} has the wrong type.`);
  }
  if (isText(value) && bare !== 'ignored') checkLength(member, value, bare);
  return value;
}

function checkLength(member: string, value: string, kind: string): void {
  // The message omits the value, because it may be a password.
  if (kind !== 'text' && value.length === 0) {
    throw constraint('Value', member, 'Member must have length greater than or equal to 1');
  }
  const most = longest[kind] ?? Infinity;
  if (value.length > most) {
    throw constraint('Value', member, `Member must have length less than or equal to ${most}`);
  }
  if (kind === 'password' && !passwordPattern.test(value)) {
    throw constraint('Value', member, 'Member must satisfy regular expression pattern: [\\S]+.*[\\S]+');
  }
}

function constraint(value: string, member: string, rule: string): ServiceError {
  return invalidParameter(
    `1 validation error detected: ${value} at '${lowerFirst(member)}' failed to satisfy constraint: ${rule}`,
  );
}
