import type { Context } from '../context.js';
import { checkRequest, type Accepts, type Checked } from './request.js';

export type Operation = (context: Context, body: unknown) => Promise<object>;

/** Combines the members of a request with the operation; request and response have the types of the AWS SDK. */
export function operation<Request, Response extends object>(
  accepts: Accepts<Request>,
  run: (context: Context, request: Checked<Request>) => Response | Promise<Response>,
): Operation {
  return async (context, body) => run(context, checkRequest(accepts, body));
}
