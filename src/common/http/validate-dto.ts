import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { AppError, type InvalidField } from '../errors/app-error.js';

type BodyClass<T> = new () => T;

/** Validates every `@Body()` and every whole `@Query()` against its contract class. Other arguments pass. */
@Injectable()
export class ValidateDtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'query' && metatype !== undefined && metatype !== String)
      return validateDto(metatype, value);
    if (type !== 'body') return value;
    if (metatype === undefined || metatype === Object)
      throw new TypeError('A route takes a body without a contract class');
    return validateDto(metatype, value);
  }
}

/** More errors do not help to correct a request, and a request can hold thousands of unknown fields. */
const mostErrors = 20;

/**
 * An instance of the contract class `type`. A missing body counts as an empty object, so each required field is named.
 * @throws AppError `request.invalid`, with the fields that are wrong, missing or unknown
 */
export function validateDto<T extends object>(type: BodyClass<T>, body: unknown = {}): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid([{ field: '', message: 'body.not_an_object' }]);
  const instance = Object.assign(plainToInstance(type, flatten(body)), jsonFields(type, body));
  const inherited = Object.keys(body).filter((key) => key in Object.prototype);
  const violations = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
  const errors = [
    ...inherited.map(unknownField),
    ...violations.map((violation) => toInvalidField(type, violation)),
  ];
  if (errors.length > 0) throw invalid(errors.slice(0, mostErrors));
  return instance;
}

const invalid = (errors: InvalidField[]) => new AppError('request.invalid', { errors });

/**
 * Fields are scalars, lists of text or flat maps of text. Other values become NaN, which no rule accepts: class-transformer
 * would recurse into them without a limit. Names of `Object.prototype` are left out, because `whitelist` does not report them.
 */
function flatten(body: object): Record<string, unknown> {
  return Object.fromEntries(ownEntries(body).map(([key, value]) => [key, scalarOrMap(value)]));
}

const ownEntries = (object: object): [string, unknown][] =>
  Object.entries(object).filter(([key]) => !(key in Object.prototype));

function scalarOrMap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.every((entry) => typeof entry === 'string') ? value : Number.NaN;
  const isMap = Object.values(value).every((entry) => typeof entry === 'string');
  return isMap ? Object.fromEntries(ownEntries(value)) : Number.NaN;
}

/** The fields that may hold any JSON, unchanged: their rule limits them. */
function jsonFields(type: BodyClass<object>, body: object): Record<string, unknown> {
  const names = new Set(
    rulesOf(type).flatMap(({ name, propertyName }) => (name === 'isProfile' ? [propertyName] : [])),
  );
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.has(name)));
}

const rulesOf = (type: BodyClass<object>) =>
  getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);

function toInvalidField(
  type: BodyClass<object>,
  { property, value, constraints }: ValidationError,
): InvalidField {
  const [rule = ''] = Object.keys(constraints ?? {});
  if (constraints && 'whitelistValidation' in constraints) return unknownField(property);
  if (value === undefined || value === null) return { field: property, message: 'field.missing' };
  return { field: property, ...violationOf(type, property, rule, value) };
}

/** Characters of an unknown field's name that are repeated in the error. */
const longestName = 100;

const unknownField = (name: string): InvalidField => ({
  field: name.slice(0, longestName).toWellFormed(),
  message: 'field.unknown_field',
});

type Violation = Omit<InvalidField, 'field' | 'code'>;

/** @param name class-validator's name of the rule; its limits are read from the class @param value that violates it */
export function violationOf(
  type: BodyClass<object>,
  property: string,
  name: string,
  value?: unknown,
): Violation {
  const rule = rulesOf(type).find(
    (candidate) => candidate.propertyName === property && candidate.name === name,
  );
  return violations[name]?.(rule?.constraints ?? [], value) ?? { message: 'field.invalid' };
}

/** The messages for the rules of the contract classes, by class-validator's name of the rule. */
const violations: Record<string, (limits: unknown[], value: unknown) => Violation> = {
  isString: () => ({ message: 'field.not_text' }),
  isBoolean: () => ({ message: 'field.not_a_boolean' }),
  isInt: () => ({ message: 'field.not_a_whole_number' }),
  isEmailAddress: () => ({ message: 'field.not_an_email' }),
  isStorable: () => ({ message: 'field.not_storable' }),
  isTextMap: () => ({ message: 'field.not_a_text_map' }),
  isProfile: ([max]) => ({ message: 'field.not_a_profile', params: { maximum: Number(max) } }),
  isRoleList: ([max]) => ({ message: 'field.not_roles', params: { maximum: Number(max) } }),
  isNumberFrom: ([min, max]) => ({
    message: 'field.not_a_number_from',
    params: { minimum: Number(min), maximum: Number(max) },
  }),
  isIn: ([choices]) => ({
    message: 'field.not_allowed',
    params: { choices: [...(choices as string[])] },
  }),
  maxLength: ([max]) => ({ message: 'field.too_long', params: { maximum: Number(max) } }),
  // A text must have at least one character, or none.
  isLength: ([, max], value) =>
    value === ''
      ? { message: 'field.blank' }
      : { message: 'field.too_long', params: { maximum: Number(max) } },
};
