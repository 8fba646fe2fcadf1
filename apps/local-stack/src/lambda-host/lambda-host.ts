import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvokeError } from './invoke-error.js';
import type { LambdaFunction } from './lambda-function.js';
import { WorkerPool } from './worker-pool.js';

export interface LambdaHostOptions {
  functions: Record<string, LambdaFunction>;
  host?: string;
  port?: number;
  /** Timeout of an invocation. Cognito waits five seconds for a trigger. */
  timeoutMs?: number;
  /** Maximum number of concurrent invocations of one function. */
  maxConcurrency?: number;
  /** Receives each line that the functions print. */
  log?: (line: string) => void;
}

export interface LambdaHost {
  url: string;
  close(): Promise<void>;
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** AWS's limit for the payload of a synchronous invocation. */
const LARGEST_EVENT = 6 * 1024 * 1024;

/** Runs built functions behind the Lambda Invoke API, so that an AWS client needs only another endpoint. */
export async function startLambdaHost(options: LambdaHostOptions): Promise<LambdaHost> {
  const { functions, host = '127.0.0.1', port = 0, maxConcurrency = 10 } = options;
  const { timeoutMs = 5_000, log = () => {} } = options;
  const pools = new Map(
    Object.entries(functions).map(([functionName, lambda]) => [
      functionName,
      new WorkerPool(lambda, maxConcurrency, { functionName, timeoutMs, log }),
    ]),
  );
  const server = createServer((request, response) => {
    invoke(pools, request, response).catch((error: unknown) => refuse(response, error));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

async function invoke(
  pools: Map<string, WorkerPool>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pool = findPool(pools, request);
  const event = await readEvent(request);
  const requestId = randomUUID();
  const { failed, payload } = await pool.invoke({ requestId, event });
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': '$LATEST',
    ...(failed && { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(payload);
}

function findPool(pools: Map<string, WorkerPool>, { method, url = '' }: IncomingMessage): WorkerPool {
  const reference = INVOKE.exec(url.split('?')[0] ?? '')?.[1];
  if (method !== 'POST' || reference === undefined) {
    throw new InvokeError(404, 'UnknownOperationException', 'Only Invoke is known here');
  }
  const name = functionName(reference);
  const pool = pools.get(name);
  if (!pool) throw new InvokeError(404, 'ResourceNotFoundException', `Function not found: ${name}`);
  return pool;
}

/** A plain name, or the last part of an ARN: `arn:aws:lambda:eu-west-1:123456789012:function:NAME`. */
function functionName(reference: string): string {
  try {
    return decodeURIComponent(reference).split(':').at(-1) ?? '';
  } catch {
    throw new InvokeError(400, 'ValidationException', 'The function name is not URL-encoded');
  }
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
    throw new InvokeError(413, 'RequestTooLargeException', 'The event is larger than 6 MB');
  const event = Buffer.concat(chunks).toString('utf8');
  try {
    JSON.parse(event);
  } catch {
    throw new InvokeError(400, 'InvalidRequestContentException', 'The event is not JSON');
  }
  return event;
}

function refuse(response: ServerResponse, error: unknown): void {
  const { status, type, message } =
    error instanceof InvokeError ? error : new InvokeError(500, 'ServiceException', 'The host failed');
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message }));
}
