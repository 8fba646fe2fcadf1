import { types } from 'node:util';

/** The system's name of what went wrong (`ECONNREFUSED`), where it has one. */
export function codeOf(error: unknown): string | undefined {
  if (!types.isNativeError(error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}
