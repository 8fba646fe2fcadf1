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
  const instance = plainToInstance(type, body);
  const faults = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
  if (faults.length > 0) throw invalid(faults.map(toFieldError));
  return instance;
}

const invalid = (errors: FieldError[]) => new AppError('request.invalid', { errors });

// A caller chooses the names of unknown fields, and need not get a megabyte of them back.
const longestName = 100;

function toFieldError({ property, constraints }: ValidationError): FieldError {
  const field = property.slice(0, longestName).toWellFormed();
  const [message] = Object.values(constraints ?? {});
  if (constraints && 'whitelistValidation' in constraints)
    return { field, message: 'is not a field of this request' };
  return { field, message: (message ?? 'is invalid').replace(`${property} `, '') };
}
