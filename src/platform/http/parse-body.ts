import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { AppError, type FieldFault } from '../errors/app-error.js';
import { brokenRule, namesOfDocuments } from './broken-rule.js';

type BodyClass<T> = new () => T;

/**
 * A request body as an instance of its contract class. Used by the pipe of every route, and by the guard that reads a
 * body before any pipe has run.
 * @throws AppError `request.invalid`, naming every field that is wrong, missing or unknown.
 */
export function parseBody<T extends object>(type: BodyClass<T>, body: unknown): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid([{ field: '', fault: 'body.not_an_object' }]);
  }
  const instance = Object.assign(plainToInstance(type, flat(body)), documents(type, body));
  const faults = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true }).map((fault) =>
    toFieldFault(type, fault),
  );
  const inherited = Object.keys(body).filter((key) => key in Object.prototype);
  const errors = [...inherited.map(unknownField), ...faults];
  if (errors.length > 0) throw invalid(errors.slice(0, mostErrors));
  return instance;
}

// Enough to mend a request; a caller who sends thousands of unknown fields need not get them all back.
const mostErrors = 20;

/**
 * Every other field of every request is a scalar, a list of text or a flat map of text. Whatever is not becomes NaN, which
 * no rule accepts: class-transformer would follow it as deep as it goes. Names that every object has are left out, for
 * they would never be found unknown.
 */
function flat(body: object): Record<string, unknown> {
  return Object.fromEntries(ownEntries(body).map(([key, value]) => [key, scalarOrMap(value)]));
}

/** The fields that hold any JSON, as they came: their rule looks at them itself. */
function documents(type: BodyClass<object>, body: object): Record<string, unknown> {
  const names = namesOfDocuments(type);
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.has(name)));
}

const ownEntries = (object: object): [string, unknown][] =>
  Object.entries(object).filter(([key]) => !(key in Object.prototype));

function scalarOrMap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.every((entry) => typeof entry === 'string') ? value : Number.NaN;
  const isMap = Object.values(value).every((entry) => typeof entry === 'string');
  return isMap ? Object.fromEntries(ownEntries(value)) : Number.NaN;
}

const invalid = (errors: FieldFault[]) => new AppError('request.invalid', { errors });

// A caller chooses the names of unknown fields, and need not get a megabyte of them back.
const longestName = 100;

const unknownField = (name: string): FieldFault => ({
  field: name.slice(0, longestName).toWellFormed(),
  fault: 'field.unknown',
});

function toFieldFault(
  type: BodyClass<object>,
  { property, value, constraints }: ValidationError,
): FieldFault {
  const [rule = ''] = Object.keys(constraints ?? {});
  if (constraints && 'whitelistValidation' in constraints) return unknownField(property);
  if (value === undefined || value === null) return { field: property, fault: 'field.missing' };
  return { field: property, ...brokenRule(type, property, rule) };
}
