/** A call that never reached a function. */
export class InvokeError extends Error {
  constructor(
    readonly status: number,
    /** AWS's name for it, sent as `x-amzn-ErrorType`. */
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}
