/** A function as it is deployed. */
export interface LambdaFunction {
  /** Path of the built module. */
  file: string;
  /** The name it exports. */
  handler?: string;
  /** All the environment it sees. */
  environment: Record<string, string>;
}

export interface Invocation {
  requestId: string;
  /** JSON, passed on as it came. */
  event: string;
}

/** What AWS answers: the handler's result, or its error, in one body and told apart by a header. */
export interface InvocationResult {
  failed: boolean;
  payload: string;
}

export function failure(errorType: string, errorMessage: string): InvocationResult {
  return { failed: true, payload: JSON.stringify({ errorType, errorMessage }) };
}
