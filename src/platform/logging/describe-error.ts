import { types } from 'node:util';

/** What of an error is safe to log. */
export interface ErrorDescription {
  name: string;
  message?: string;
  code?: string;
  stack?: string[];
  cause?: ErrorDescription;
}

const deepest = 4;

/**
 * An error without what it may carry along: request and response objects of SDKs, SQL parameters, PostgreSQL's `detail`
 * with its values. Messages of AWS exceptions are left out, because "1 validation error detected" can echo the input.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!types.isNativeError(error)) return { name: typeof error };
  const fromAws = '$metadata' in error;
  return {
    name: error.name,
    ...(!fromAws && { message: error.message, stack: frames(error) }),
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(error.cause !== undefined && depth < deepest && { cause: describeError(error.cause, depth + 1) }),
  };
}

// Without its first lines, which repeat the message.
const frames = ({ stack }: Error): string[] =>
  (stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map((line) => line.trim())
    .slice(0, 12);
