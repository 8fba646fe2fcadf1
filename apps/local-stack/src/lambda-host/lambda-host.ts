import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HostedFunction } from './hosted-function.js';
import { LambdaError, notFound } from './lambda-error.js';
import type { LambdaFunction } from './lambda-function.js';
import { readPermission, type Permission } from './resource-policy.js';

export interface LambdaHostOptions {
  functions: Record<string, LambdaFunction>;
  host?: string;
  port?: number;
  /** The Region in the ARNs of the functions. */
  region?: string;
  /** Timeout of an invocation. Cognito waits five seconds for a trigger. */
  timeoutMs?: number;
  /** Maximum number of concurrent invocations of one function. */
  maxConcurrency?: number;
  /** Receives each line that the functions print. */
  log?: (line: string) => void;
}

export interface LambdaHost {
  url: string;
  addPermission(functionName: string, permission: Permission): void;
  close(): Promise<void>;
}

type Functions = Map<string, HostedFunction>;

interface Call {
  lambda: HostedFunction;
  request: IncomingMessage;
  query: URLSearchParams;
  /** The last part of the path of RemovePermission. */
  statementId: string;
}

interface Answer {
  status: number;
  body?: object;
}

const path = /^\/2015-03-31\/functions\/([^/]+)(?:\/(invocations|configuration|policy)(?:\/([^/]+))?)?$/;

/** A plain name, or a partial or whole ARN: `arn:aws:lambda:eu-west-1:123456789012:function:NAME:QUALIFIER`. */
const reference =
  /^(?:arn:aws[a-z-]*:lambda:)?(?:[a-z]{2}-[a-z-]+-\d:)?(?:\d{12}:)?(?:function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/;

/** AWS's limit for the payload of a synchronous invocation. */
const LARGEST_EVENT = 6 * 1024 * 1024;

/** A part of the Lambda API. The key is method and last part of the path. */
const operations: Record<string, (call: Call) => Answer | Promise<Answer>> = {
  'GET ': async ({ lambda }) => ({ status: 200, body: await lambda.describeWithCode() }),
  'GET configuration': async ({ lambda }) => ({ status: 200, body: await lambda.describe() }),
  'PUT configuration': async ({ lambda, request }) => {
    lambda.update(await readObject(request));
    return { status: 200, body: await lambda.describe() };
  },
  'GET policy': ({ lambda }) => ({ status: 200, body: lambda.policy.describe() }),
  'POST policy': async ({ lambda, request }) => {
    const statement = lambda.policy.add(readPermission(await readObject(request)));
    return { status: 201, body: { Statement: JSON.stringify(statement) } };
  },
  'DELETE policy': ({ lambda, query, statementId }) => {
    lambda.policy.remove(statementId, query.get('RevisionId') ?? undefined);
    return { status: 204 };
  },
};

/** Runs built functions behind the Lambda API, so that an AWS client needs only another endpoint. */
export async function startLambdaHost(options: LambdaHostOptions): Promise<LambdaHost> {
  const { host = '127.0.0.1', port = 0, region = 'us-east-1', maxConcurrency = 10 } = options;
  const { timeoutMs = 5_000, log = () => {} } = options;
  const arnOf = (name: string) => `arn:aws:lambda:${region}:000000000000:function:${name}`;
  const functions: Functions = new Map(
    Object.entries(options.functions).map(([functionName, lambda]) => [
      functionName,
      new HostedFunction(lambda, { arn: arnOf(functionName), functionName, maxConcurrency, timeoutMs, log }),
    ]),
  );
  const find = (name: string, qualifier = '$LATEST') => {
    const lambda = functions.get(name);
    if (lambda && qualifier === '$LATEST') return lambda;
    throw notFound(`Function not found: ${[arnOf(name), qualifier].join(':').replace(':$LATEST', '')}`);
  };
  const server = createServer((request, response) => {
    serve(find, request, response).catch((error: unknown) => refuse(response, error));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    addPermission: (name, permission) => void find(name).policy.add(permission),
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.all([...functions.values()].map((lambda) => lambda.close()));
    },
  };
}

async function serve(
  find: (name: string, qualifier?: string) => HostedFunction,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  const [place = '', search] = url.split('?');
  const [, name, what = '', statementId = ''] = path.exec(place.replace(/\/$/, '')) ?? [];
  const operation = operations[`${method} ${what}`];
  const isInvoke = method === 'POST' && what === 'invocations';
  const isRemoval = method === 'DELETE' && what === 'policy';
  if (name === undefined || (!operation && !isInvoke) || isRemoval !== (statementId !== ''))
    throw new LambdaError(404, 'UnknownOperationException', 'The local Lambda host has no such operation');
  const query = new URLSearchParams(search);
  const [, plain = '', qualifier] = reference.exec(decode(name)) ?? [];
  if (plain === '') throw new LambdaError(400, 'ValidationException', 'The function name is not valid');
  const lambda = find(plain, qualifier ?? query.get('Qualifier') ?? undefined);
  if (!operation) return invoke(lambda, request, response);
  if (!isFromHere(request))
    throw new LambdaError(403, 'AccessDeniedException', 'Only callers on the same machine');
  const { status, body } = await operation({ lambda, request, query, statementId: decode(statementId) });
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() });
  response.end(body && JSON.stringify(body));
}

async function invoke(
  lambda: HostedFunction,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A service that invokes a function names the resource for which it does so. Other callers, such as the AWS CLI, act
  // with their own credentials, which are not checked.
  const source = request.headers['x-amz-source-arn'];
  if (source !== undefined && !lambda.policy.permits(String(source))) {
    throw new LambdaError(
      403,
      'AccessDeniedException',
      `${String(source)} is not authorized to perform: lambda:InvokeFunction on resource: ${lambda.arn} because no resource-based policy allows the lambda:InvokeFunction action`,
    );
  }
  const event = await readEvent(request);
  const requestId = randomUUID();
  const { failed, payload } = await lambda.invoke({ requestId, event });
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': '$LATEST',
    ...(failed && { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(payload);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new LambdaError(400, 'ValidationException', 'The path is not URL-encoded');
  }
}

/** Refuses requests of web pages in a browser on this machine: the environment of a function has secrets. */
function isFromHere({ headers }: IncomingMessage): boolean {
  const name = (headers.host ?? '').replace(/:\d+$/, '');
  return ['localhost', '127.0.0.1', '[::1]'].includes(name) && headers.origin === undefined;
}

async function readObject(request: IncomingMessage): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(await readEvent(request));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LambdaError(400, 'InvalidRequestContentException', 'The body is not a JSON object');
  return value as Record<string, unknown>;
}

async function readEvent(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Reads the rest of an oversized body, because a client that is still writing would not read the response.
    if (size <= LARGEST_EVENT) chunks.push(chunk);
  }
  if (size > LARGEST_EVENT)
    throw new LambdaError(413, 'RequestTooLargeException', 'The event is larger than 6 MB');
  const event = Buffer.concat(chunks).toString('utf8');
  try {
    JSON.parse(event);
  } catch {
    throw new LambdaError(400, 'InvalidRequestContentException', 'The event is not JSON');
  }
  return event;
}

function refuse(response: ServerResponse, error: unknown): void {
  const { status, type, message } =
    error instanceof LambdaError ? error : new LambdaError(500, 'ServiceException', 'The host failed');
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message }));
}
