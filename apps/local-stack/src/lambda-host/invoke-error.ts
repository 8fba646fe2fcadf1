/** An invocation that was refused before it reached a function. */
export class InvokeError extends Error {
  constructor(
    readonly status: number,
    /** The name of the AWS error, sent as `x-amzn-ErrorType`. */
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}
