import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Services } from '../context.js';
import { getLogEvents } from '../imports/log-events.js';
import { publicOperations, signedOperations } from '../operations/index.js';
import { randomUuid, systemRandom } from '../random.js';
import { ServiceError } from './errors.js';
import { answer, parseJson, readBody, toAwsJson } from './http.js';
import type { Operation } from './operation.js';

const contentType = 'application/x-amz-json-1.1';
const prefix = 'AWSCognitoIdentityProviderService.';

/** Handles one call in AWS JSON 1.1: a header names the operation, and each response has a request id. */
export async function serveOperation(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUuid(systemRandom);
  response.setHeader('x-amzn-requestid', requestId);
  try {
    const { name, run } = findOperation(request);
    const body = parseJson(await readBody(request));
    const context: Context = { ...services, ...describeCaller(request), requestId };
    const drop = await services.faults.strike(name);
    if (drop === 'before') return void response.destroy();
    const result = await run(context, body);
    if (drop === 'after') return void response.destroy();
    answer(response, 200, contentType, toAwsJson(result));
  } catch (error) {
    answerError(response, error);
  }
}

function findOperation({ headers }: IncomingMessage): { name: string; run: Operation } {
  const target = headers['x-amz-target'];
  const ofLogs = target === 'Logs_20140328.GetLogEvents';
  const ofPools = typeof target === 'string' && target.startsWith(prefix) ? target.slice(prefix.length) : '';
  const name = ofLogs ? 'GetLogEvents' : ofPools;
  const open = publicOperations.get(name);
  if (open) return { name, run: open };
  const signed = ofLogs ? getLogEvents : signedOperations.get(name);
  if (!signed) {
    throw new ServiceError(
      'UnknownOperationException',
      `The local user pool does not support the operation ${name}.`,
    );
  }
  if (!/^AWS4-HMAC-SHA256 .*Credential=/.test(headers.authorization ?? '')) {
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  return { name, run: signed };
}

/** The Region is part of the signature: `Credential=KEY/DATE/REGION/cognito-idp/aws4_request`. */
function describeCaller({ headers }: IncomingMessage): Pick<Context, 'region' | 'userAgent'> {
  const region = /Credential=[^/]*\/\d+\/([a-z]{2}-[a-z-]+-\d)\//.exec(headers.authorization ?? '')?.[1];
  return {
    region: region ?? 'us-east-1',
    userAgent: headers['x-amz-user-agent']?.toString() ?? headers['user-agent'] ?? '',
  };
}

function answerError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof ServiceError
      ? error
      : new ServiceError('InternalErrorException', 'Something went wrong.');
  // Logs only unexpected errors, without bodies and headers.
  if (known !== error && !response.destroyed) console.error(error);
  if (known.status === 413) response.setHeader('connection', 'close');
  response.setHeader('x-amzn-errortype', known.name);
  response.setHeader('x-amzn-errormessage', headerText(known.message));
  answer(response, known.status, contentType, JSON.stringify({ __type: known.name, message: known.message }));
}

/** A message may contain text of a caller or a function, which must not start another header. */
const headerText = (message: string) => message.replaceAll(/[^\x20-\x7e]/g, ' ');
