import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAuthority } from '../builders/certificates.js';

export interface CaRequest {
  method: string;
  /** Such as `/order-plz` of pebble. */
  path: string;
  /** The signed payload, if any. */
  payload: unknown;
}

export interface CaAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

type Maybe<Value> = Value | Promise<Value>;

/** A proxy between Usher and a CA. */
export interface CaProxy {
  directoryUrl: string;
  /** The CA bundle for Usher and the proxy. */
  caBundle: string;
  requests: CaRequest[];
  /** Called before the request is forwarded: returns a response instead of the CA, or `cut` to close the connection. */
  before: (request: CaRequest) => Maybe<CaAnswer | 'cut' | undefined>;
  /** Changes the response of the CA. */
  after: (answer: CaAnswer, request: CaRequest) => Maybe<CaAnswer | 'cut'>;
  close(): Promise<void>;
}

/** @param ca its directory URL, and the file with the CA of its own certificate */
export async function startCaProxy(
  ca: { directoryUrl: string; caBundle: string },
  folder: string,
): Promise<CaProxy> {
  const { key, chain: cert } = await (await createAuthority()).issue(['127.0.0.1']);
  const caBundle = join(folder, 'ca-proxy.pem');
  await writeFile(caBundle, cert);
  const target = new URL(ca.directoryUrl);
  const trusted = await readFile(ca.caBundle, 'utf8');
  const pass = (incoming: IncomingMessage, body: string) =>
    forward({ port: target.port, ca: trusted }, incoming, body);
  const server = createServer({ key, cert }, (incoming, outgoing) => {
    void handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: CaProxy = {
    directoryUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`,
    caBundle,
    requests: [],
    before: () => undefined,
    after: (answer) => answer,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return proxy;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const { method = '', url: path = '' } = incoming;
    const request = { method, path, payload: payloadOf(body) };
    proxy.requests.push(request);
    const instead = await proxy.before(request);
    const answer = instead ?? (await proxy.after(await pass(incoming, body), request));
    if (answer === 'cut') return void incoming.socket.destroy();
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }
}

/** Keeps the `Host` header, because a CA builds its URLs from it. */
async function forward(
  { port, ca }: { port: string; ca: string },
  { method, url, headers }: IncomingMessage,
  body: string,
): Promise<CaAnswer> {
  const outgoing = httpsRequest({ host: '127.0.0.1', port, ca, method, path: url, headers, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { connection: _connection, 'content-length': _length, ...kept } = response.headers;
  return { status: response.statusCode ?? 0, headers: kept, body: await textOf(response) };
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Requests are signed as a flattened JWS (RFC 8555 section 6.2). */
function payloadOf(body: string): unknown {
  if (body === '') return undefined;
  const { payload } = JSON.parse(body) as { payload: string };
  return payload === '' ? '' : (JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown);
}
