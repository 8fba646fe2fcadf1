import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call of Cognito's wire protocol: the operation with the JSON of request and response. */
export interface CognitoCall {
  operation: string;
  request: Record<string, unknown>;
  answer: Record<string, unknown>;
}

export type Answerer = (response: ServerResponse) => void;

/**
 * A proxy between the API and the user pool, or between the pool and the Lambda host, where the only operation is `Invoke`. It
 * records calls and can respond instead of the other side.
 */
export interface CognitoProxy {
  url: string;
  calls: CognitoCall[];
  /** The operations of all received requests, including those that the proxy responded to. */
  arrived: string[];
  /** Responds to an operation, or to all with `*`, until called with `undefined`. */
  answerWith(operation: string, answer: Answerer | undefined): void;
  /** Ends what `answerWith` began. */
  forwardAll(): void;
  /** Forwards the next request of an operation and drops its response. Resolves when the pool has completed it. */
  loseAnswer(operation: string): Promise<void>;
  /** Forwards the next request of an operation and delays its response until `release` is called. */
  holdAnswer(operation: string): HeldAnswer;
  close(): Promise<void>;
}

export interface HeldAnswer {
  /** Resolves when the pool has completed the request. */
  done: Promise<void>;
  release: () => void;
}

export async function startCognitoProxy(target: () => string): Promise<CognitoProxy> {
  const calls: CognitoCall[] = [];
  const arrived: string[] = [];
  const takenOver = new Map<string, Answerer>();
  const lost = new Map<string, () => void>();
  const held = new Map<string, { arrive: () => void; released: Promise<void> }>();
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const operation = String(request.headers['x-amz-target'] ?? 'Lambda.Invoke').split('.')[1] ?? '';
      arrived.push(operation);
      const takeOver = takenOver.get(operation) ?? takenOver.get('*');
      // The time of the pool may differ from the system time.
      response.sendDate = false;
      if (takeOver) return takeOver(response);
      const { host, connection, 'content-length': length, ...headers } = request.headers;
      const answer = await fetch(target() + request.url, {
        method: 'POST',
        body,
        headers: headers as Record<string, string>,
      });
      const text = await answer.text();
      calls.push({ operation, request: parse(body), answer: parse(text) });
      const lose = lost.get(operation);
      lost.delete(operation);
      if (lose) return lose();
      const hold = held.get(operation);
      held.delete(operation);
      hold?.arrive();
      await hold?.released;
      const functionError = answer.headers.get('x-amz-function-error');
      response.writeHead(answer.status, {
        'content-type': 'application/x-amz-json-1.1',
        date: answer.headers.get('date') ?? '',
        ...(functionError !== null && { 'x-amz-function-error': functionError }),
      });
      response.end(text);
      // The target or the caller has ended, as at the end of a test.
    })().catch(() => response.destroy());
  });
  // Longer than any test: otherwise a client could send a request on a connection that is being closed.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    arrived,
    answerWith: (operation, answer) => {
      if (answer) takenOver.set(operation, answer);
      else takenOver.delete(operation);
    },
    forwardAll: () => takenOver.clear(),
    loseAnswer: (operation) => new Promise((resolve) => lost.set(operation, resolve)),
    holdAnswer: (operation) => {
      let release = () => undefined as void;
      const released = new Promise<void>((resolve) => (release = resolve));
      const done = new Promise<void>((arrive) => held.set(operation, { arrive, released }));
      return { done, release: () => release() };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const parse = (text: string) => JSON.parse(text || '{}') as Record<string, unknown>;

/** A response of Cognito with an exception: status 400 for client errors, 500 for its own. */
export const exception =
  (name: string, message = '', status = 400): Answerer =>
  (response) => {
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': name })
      .end(JSON.stringify({ __type: name, message }));
  };

export const json =
  (body: unknown): Answerer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  };

/** Closes the connection without a response. */
export const cutOff: Answerer = (response) => {
  response.destroy();
};
