import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import type { FieldError } from '#contracts';
import { AppError } from '../errors/app-error.js';

type BodyClass<T> = new () => T;

/**
 * A request body as an instance of its contract class. Used by the pipe of every route, and by the guard that reads a
 * body before any pipe has run.
 * @throws AppError `request.invalid`, naming every field that is wrong, missing or unknown.
 */
export function parseBody<T extends object>(type: BodyClass<T>, body: unknown): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid([{ field: '', message: 'the body must be a JSON object' }]);
  }
  const instance = plainToInstance(type, flat(body));
  const faults = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true }).map(toFieldError);
  const inherited = Object.keys(body).filter((key) => key in Object.prototype);
  const errors = [...inherited.map(unknownField), ...faults];
  if (errors.length > 0) throw invalid(errors.slice(0, mostErrors));
  return instance;
}

// Enough to mend a request; a caller who sends thousands of unknown fields need not get them all back.
const mostErrors = 20;

/**
 * Every field of every request is a scalar. Whatever is not becomes an empty list, which no rule accepts: class-transformer
 * would follow it as deep as it goes. Names that every object has are left out, for they would never be found unknown.
 */
function flat(body: object): Record<string, unknown> {
  const own = Object.entries(body).filter(([key]) => !(key in Object.prototype));
  return Object.fromEntries(
    own.map(([key, value]) => [key, typeof value === 'object' && value !== null ? [] : (value as unknown)]),
  );
}

const invalid = (errors: FieldError[]) => new AppError('request.invalid', { errors });

// A caller chooses the names of unknown fields, and need not get a megabyte of them back.
const longestName = 100;

const unknownField = (name: string): FieldError => ({
  field: name.slice(0, longestName).toWellFormed(),
  message: 'is not a field of this request',
});

function toFieldError({ property, constraints }: ValidationError): FieldError {
  if (constraints && 'whitelistValidation' in constraints) return unknownField(property);
  const [message] = Object.values(constraints ?? {});
  return { field: property, message: (message ?? 'is invalid').replace(`${property} `, '') };
}
