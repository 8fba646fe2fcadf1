/** An error response of the Lambda API. */
export class LambdaError extends Error {
  constructor(
    readonly status: number,
    /** The name of the AWS error, sent as `x-amzn-ErrorType`. */
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (message: string) => new LambdaError(404, 'ResourceNotFoundException', message);
export const invalidParameter = (message: string) =>
  new LambdaError(400, 'InvalidParameterValueException', message);
export const preconditionFailed = () =>
  new LambdaError(
    412,
    'PreconditionFailedException',
    'The RevisionId provided does not match the latest RevisionId.',
  );
