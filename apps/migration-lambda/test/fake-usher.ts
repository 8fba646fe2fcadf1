import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** An HTTP server in place of the API. It sends the given replies in order and repeats the last one. */
export class FakeUsher {
  readonly requests: ReceivedRequest[] = [];
  connections = 0;
  private replies: Reply[] = [];
  private readonly server = createServer((request, response) => void this.handle(request, response));

  async start(): Promise<string> {
    this.server.on('connection', () => (this.connections += 1));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  willReply(...replies: Reply[]): void {
    this.replies = replies;
  }

  dropConnections(): void {
    this.server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const { method, url, headers } = request;
    this.requests.push({ method, url, headers, body: JSON.parse(text) as Record<string, unknown> });
    const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
    reply?.(response, request);
  }
}

export function json(body: unknown, status = 200): Reply {
  return text(JSON.stringify(body), status);
}

export function text(body: string, status = 200): Reply {
  return (response) => response.writeHead(status).end(body);
}

export const silence: Reply = () => {};

export const headersOnly: Reply = (response) => {
  response.writeHead(200);
  response.write('{"id":');
};

export const brokenConnection: Reply = (_response, request) => request.socket.resetAndDestroy();
