import { types } from 'node:util';
import { systemErrorCode } from '../common/errors/system-error-code.js';

/** Why `fetch` or the reading of JSON failed, without the URL and what was received. */
export function describeFetchError(error: unknown): string {
  if (!types.isNativeError(error) && !(error instanceof DOMException)) return 'no answer';
  if (error.name === 'TimeoutError') return 'no answer in time';
  return error instanceof SyntaxError ? 'no JSON' : (systemErrorCode(error) ?? 'no connection');
}
