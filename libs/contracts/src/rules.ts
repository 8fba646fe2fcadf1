import {
  IsString,
  Length,
  ValidateBy,
  ValidateIf,
  buildMessage,
  type ValidationOptions,
} from 'class-validator';
import { isEmailAddress, parseEmailAddress } from './email-address.js';
import { isRole } from './role-name.js';

// U+0000 cannot be stored in PostgreSQL and a lone surrogate has no UTF-8 form.
export const isStorable = (value: unknown): boolean =>
  typeof value === 'string' && !value.includes('\u0000') && value.isWellFormed();

/** The longest password Cognito accepts (API reference, InitiateAuth and ConfirmForgotPassword). */
export const longestPassword = 256;

/** A string that can be stored: no NUL, no lone surrogate. */
export function IsStorable(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isStorable',
      validator: {
        validate: isStorable,
        defaultMessage: buildMessage(
          (each) => `${each}$property must not contain NUL or lone surrogates`,
          options,
        ),
      },
    },
    options,
  );
}

/** Text of `min` to `max` UTF-16 code units. */
export function IsText(min: number, max: number): PropertyDecorator {
  return (target, property) => {
    IsString()(target, property);
    Length(min, max)(target, property);
    IsStorable()(target, property);
  };
}

function IsAddress(validate: (value: unknown) => boolean): PropertyDecorator {
  return (target, property) => {
    IsString()(target, property);
    ValidateBy({
      name: 'isEmailAddress',
      validator: { validate, defaultMessage: () => '$property must be an e-mail address' },
    })(target, property);
  };
}

/** Accepts a new address as typed: outer white space and capitals are allowed. */
export const IsEmailAddress = (): PropertyDecorator => IsAddress(isEmailAddress);

/** Accepts any address that a user of the legacy application or the pool can have, including ones refused as new addresses. */
export const IsKnownEmailAddress = (): PropertyDecorator =>
  IsAddress((value) => parseEmailAddress(value) !== undefined);

const mostEntries = 32;
const longestEntry = 2048;

const isEntry = ([name, value]: [string, unknown]): boolean =>
  name.length <= 64 && typeof value === 'string' && value.length <= longestEntry && isStorable(value);

/** A flat object whose values are text. */
export function IsTextMap(): PropertyDecorator {
  return ValidateBy({
    name: 'isTextMap',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.keys(value).length <= mostEntries &&
        Object.entries(value).every(isEntry),
      defaultMessage: () => '$property must be an object whose values are text',
    },
  });
}

const mostRoles = 32;

/** Distinct names of roles. */
export function IsRoleList(): PropertyDecorator {
  return ValidateBy({
    name: 'isRoleList',
    constraints: [mostRoles],
    validator: {
      validate: (value: unknown) =>
        Array.isArray(value) &&
        value.length <= mostRoles &&
        value.every(isRole) &&
        new Set(value).size === value.length,
      defaultMessage: () => '$property must be a list of role names',
    },
  });
}

/** An integer in a query string, in digits. */
export function IsNumberFrom(min: number, max: number): PropertyDecorator {
  return ValidateBy({
    name: 'isNumberFrom',
    constraints: [min, max],
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' &&
        /^[1-9]\d{0,8}$/.test(value) &&
        Number(value) >= min &&
        Number(value) <= max,
      defaultMessage: () => '$property must be $constraint1 to $constraint2',
    },
  });
}

/** For a member of a response that is always present, and `null` if there is no value. */
export const IsNullable = (): PropertyDecorator => ValidateIf((_object, value) => value !== null);

/** A time in ISO 8601, UTC, with milliseconds: the result of `Date.toISOString`. */
export function IsTimestamp(): PropertyDecorator {
  return ValidateBy({
    name: 'isTimestamp',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
      defaultMessage: () => '$property must be a time in ISO 8601, UTC',
    },
  });
}

/** A day in ISO 8601, such as `2026-11-29`. */
export function IsDay(): PropertyDecorator {
  return ValidateBy({
    name: 'isDay',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
      defaultMessage: () => '$property must be a day in ISO 8601',
    },
  });
}
