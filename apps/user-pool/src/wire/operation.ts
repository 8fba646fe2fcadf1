import type { Context } from '../context.js';
import { checkRequest, type Accepts, type Checked } from './request.js';

export type Operation = (context: Context, body: unknown) => Promise<object>;

/** Ties the members an operation takes to what it does; request and response are the AWS SDK's types. */
export function operation<Request, Response extends object>(
  accepts: Accepts<Request>,
  run: (context: Context, request: Checked<Request>) => Response | Promise<Response>,
): Operation {
  return async (context, body) => run(context, checkRequest(accepts, body));
}
