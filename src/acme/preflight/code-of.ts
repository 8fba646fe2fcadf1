import { types } from 'node:util';

/** What Node calls a failure of the network, or the next best word for it. */
export function codeOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
