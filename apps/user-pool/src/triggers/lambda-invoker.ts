import { setTimeout as wait } from 'node:timers/promises';

/** The result of an invocation. */
export type LambdaAnswer =
  | { kind: 'answered'; payload: Record<string, unknown> }
  | { kind: 'threw'; message: string }
  | { kind: 'not-permitted' }
  | { kind: 'invalid-response' }
  | { kind: 'timed-out' };

/** Three tries of five seconds each. (Developer guide, Customizing user pool workflows with Lambda triggers) */
const tries = 3;
export const triggerTimeout = 5000;

/** Invokes functions through the Lambda Invoke API of AWS or a local runtime. Payloads are never logged. */
export class LambdaInvoker {
  constructor(
    private readonly endpoint: string | undefined,
    private readonly timeout = triggerTimeout,
  ) {}

  /** @param sourceArn of the user pool; a function's resource policy can permit it. */
  async invoke(functionName: string, event: object, sourceArn: string): Promise<LambdaAnswer> {
    if (this.endpoint === undefined) return { kind: 'not-permitted' };
    const name = encodeURIComponent(plainName(functionName));
    const url = `${this.endpoint.replace(/\/$/, '')}/2015-03-31/functions/${name}/invocations`;
    const body = JSON.stringify(event);
    for (let attempt = 1; attempt <= tries; attempt++) {
      const answer = await post(url, { body, sourceArn }, this.timeout);
      if (answer !== 'again') return answer;
    }
    return { kind: 'timed-out' };
  }
}

/** `arn:aws:lambda:eu-west-1:123456789012:function:migrate-user` and `migrate-user` name the same function. */
function plainName(functionName: string): string {
  return /^arn:[^:]*:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(functionName)?.[1] ?? functionName;
}

interface Call {
  body: string;
  sourceArn: string;
}

async function post(
  url: string,
  { body, sourceArn }: Call,
  timeout: number,
): Promise<LambdaAnswer | 'again'> {
  const signal = AbortSignal.timeout(timeout);
  const headers = { 'content-type': 'application/json', 'x-amz-source-arn': sourceArn };
  try {
    for (;;) {
      const response = await fetch(url, { method: 'POST', body, headers, signal });
      const text = await response.text();
      if (!isBusy(response.status, text)) return read(response, text);
      await wait(20, undefined, { signal });
    }
  } catch {
    return 'again';
  }
}

/** The runtime emulator of Lambda images handles one invocation at a time and refuses others with an empty 400. */
const isBusy = (status: number, text: string) => status === 429 || (status === 400 && text === '');

function read(response: Response, text: string): LambdaAnswer | 'again' {
  if (response.status === 403 || response.status === 404) return { kind: 'not-permitted' };
  if (response.status >= 400) return 'again';
  const payload = parse(text);
  const error = payload?.['errorMessage'];
  // The runtime emulator omits the header that marks an error and responds with 200 and the error as body.
  const isEmulatedError = payload?.['errorType'] !== undefined && payload['response'] === undefined;
  if (response.headers.has('x-amz-function-error') || isEmulatedError) {
    return { kind: 'threw', message: typeof error === 'string' ? error : '' };
  }
  if (/^Task timed out after/.test(text)) return { kind: 'threw', message: text };
  return payload ? { kind: 'answered', payload } : { kind: 'invalid-response' };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
