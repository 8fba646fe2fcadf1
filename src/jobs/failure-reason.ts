import { types } from 'node:util';

const mostCauses = 2;

/** Codes or names of an error and its cause, such as `cognito.unavailable: TimeoutError`. No messages: they can contain addresses. */
export function failureReason(error: unknown, causes = mostCauses): string {
  if (!types.isNativeError(error)) return 'unknown';
  const own = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const { cause } = error;
  return causes > 1 && types.isNativeError(cause) ? `${own}: ${failureReason(cause, causes - 1)}` : own;
}
