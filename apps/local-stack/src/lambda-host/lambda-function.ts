import type { Permission } from './resource-policy.js';

/** A deployed function. */
export interface LambdaFunction {
  /** Path of the built module. */
  file: string;
  /** The name of the exported handler. */
  handler?: string;
  /** The complete environment of the function. */
  environment: Record<string, string>;
  /** The resource policy at the start. Default: every user pool can invoke the function. */
  permissions?: Permission[];
}

/** What a worker runs. */
export type LambdaCode = Required<Omit<LambdaFunction, 'permissions'>>;

export interface Invocation {
  requestId: string;
  /** JSON, passed to the function unchanged. */
  event: string;
}

/** An Invoke response of AWS: the body is the handler's result or error, and a header marks errors. */
export interface InvocationResult {
  failed: boolean;
  payload: string;
}

export function failure(errorType: string, errorMessage: string): InvocationResult {
  return { failed: true, payload: JSON.stringify({ errorType, errorMessage }) };
}
