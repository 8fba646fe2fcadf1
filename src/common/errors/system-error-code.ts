import { types } from 'node:util';

/** The code of a system error or of its cause, such as `ECONNREFUSED`. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!types.isNativeError(error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return systemErrorCode(error.cause);
}
