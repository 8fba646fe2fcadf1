import { invalidParameter } from './errors.js';

/**
 * Checks of nested settings. A rule returns the value to store, without members that
 * are null, which count as absent. It descends only into known members, so the depth of a body is no problem.
 */
export type Rule = (value: unknown, path: string) => unknown;
/** The rule of a member that a request must have. */
export type RequiredRule = Rule & { required: true };

export const required = (rule: Rule): RequiredRule =>
  Object.assign((value: unknown, path: string) => rule(value, path), { required: true } as const);

const wrong = (path: string, expected: string) =>
  invalidParameter(
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${expected}`,
  );

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const flag: Rule = (value, path) => {
  if (typeof value !== 'boolean') throw wrong(path, 'Member must be true or false');
  return value;
};

export const text: Rule = (value, path) => {
  if (typeof value !== 'string') throw wrong(path, 'Member must be text');
  if (value.length > 131_072) throw wrong(path, 'Member must have length less than or equal to 131072');
  return value;
};

/** Numbers in the schema of a pool are strings. */
export const numberAsText: Rule = (value, path) => {
  if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value)) {
    throw wrong(path, 'Member must be a whole number as text');
  }
  return value;
};

export const whole =
  (least: number, most: number): Rule =>
  (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw wrong(path, `Member must be a whole number between ${least} and ${most}`);
    }
    return value;
  };

export const oneOf =
  (...allowed: string[]): Rule =>
  (value, path) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      throw wrong(path, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
    }
    return value;
  };

export const listOf =
  (rule: Rule): Rule =>
  (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, 'Member must be a list');
    return value.map((entry: unknown, index) => rule(entry, `${path}.${index + 1}.member`));
  };

export const mapOf =
  (rule: Rule): Rule =>
  (value, path) => {
    if (!isObject(value)) throw wrong(path, 'Member must be a map');
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, rule(entry, `${path}.${key}.member`)]),
    );
  };

/** Refuses a member without a rule and names it, as at the top level of a request. */
export const record =
  (rules: Record<string, Rule>): Rule =>
  (value, path) => {
    if (!isObject(value)) throw wrong(path, 'Member must be an object');
    const given = Object.entries(value).filter(([, entry]) => entry !== null);
    return Object.fromEntries(given.map(([name, entry]) => [name, member(rules, name, entry, path)]));
  };

function member(rules: Record<string, Rule>, name: string, value: unknown, path: string): unknown {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (!rule) throw invalidParameter(`The local user pool does not support the parameter ${path}.${name}.`);
  return rule(value, `${path}.${lowerFirst(name)}`);
}

/** Validation errors contain member names with a lower-case first letter. */
export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
