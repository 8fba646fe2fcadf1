import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { types } from 'node:util';
import { systemErrorCode } from '../../common/errors/system-error-code.js';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';

export interface HttpTarget {
  scheme: 'http' | 'https';
  host: string;
  port: number;
  /** With the query. */
  path: string;
}

interface HttpRequest {
  target: HttpTarget;
  /** The IP address to connect to. */
  address: string;
  signal: AbortSignal;
}

export interface HttpReply {
  kind: 'reply';
  status: number;
  location: string | undefined;
  /** From the headers Server and Via. */
  sender: string | undefined;
  /** The first 8 KiB, and for status 200 only. */
  body: string;
  isComplete: boolean;
}

export interface HttpFailure {
  kind: 'refused' | 'timed_out' | 'unreachable' | 'too_slow' | 'not_http';
  detail: string;
}

const maxBytes = 8 * 1024;

/** Sends one GET request like a CA. Never throws because of the server. */
export async function probeHttp(request: HttpRequest): Promise<HttpReply | HttpFailure> {
  // If the timeout ended during earlier redirects, no connection is to blame.
  let connected = request.signal.aborted;
  try {
    const response = await send(request, () => (connected = true));
    return await read(response);
  } catch (error) {
    if (request.signal.aborted) return { kind: connected ? 'too_slow' : 'timed_out', detail: 'timeout' };
    const detail = systemErrorCode(error) ?? (types.isNativeError(error) ? error.message : String(error));
    return { kind: connected ? 'not_http' : (beforeConnecting[detail] ?? 'unreachable'), detail };
  }
}

const beforeConnecting: Record<string, HttpFailure['kind'] | undefined> = {
  ECONNREFUSED: 'refused',
  // The server accepted and reset the connection before the event `connect`.
  ECONNRESET: 'not_http',
  ETIMEDOUT: 'timed_out',
};

function send({ target, address, signal }: HttpRequest, onConnect: () => void): Promise<IncomingMessage> {
  const options = {
    host: address,
    port: target.port,
    path: target.path,
    servername: target.host,
    // A CA does not verify it either, because there may be no certificate yet (RFC 8555 section 8.3).
    rejectUnauthorized: false,
    // Boulder sends Accept, because some web application firewalls require it.
    headers: { host: target.host, accept: '*/*', 'user-agent': 'usher-preflight', connection: 'close' },
    agent: false as const,
    signal,
  };
  return new Promise((resolve, reject) => {
    const outgoing = target.scheme === 'https' ? requestHttps(options) : requestHttp(options);
    outgoing.once('socket', (socket) => socket.once('connect', onConnect));
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    // After status 101 the connection closes without an error.
    outgoing.once('close', () => reject(new Error('closed without an answer')));
    outgoing.end();
  });
}

async function read(response: IncomingMessage): Promise<HttpReply> {
  const { statusCode: status = 0, headers } = response;
  const body = status === 200 ? await readBody(response) : { body: '', isComplete: true };
  response.destroy();
  return { kind: 'reply', status, location: headers.location, sender: senderOf(headers), ...body };
}

async function readBody(response: IncomingMessage): Promise<Pick<HttpReply, 'body' | 'isComplete'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
  }
  const body = Buffer.concat(chunks).toString('utf8', 0, Math.min(bytes, maxBytes));
  return { body, isComplete: bytes <= maxBytes };
}

function senderOf({ server, via }: IncomingHttpHeaders): string | undefined {
  const names = [server, via && `via ${String(via)}`].flatMap((name) =>
    name ? [escapeControlChars(String(name), 60)] : [],
  );
  return names.length === 0 ? undefined : names.join(', ');
}
