import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { detailOf } from './detail-of.js';
import type { Target } from './redirect.js';
import { visible } from '../../platform/names/visible.js';

export interface Question {
  target: Target;
  /** The IP address that is asked, whatever the DNS says of the host. */
  address: string;
  /** When it is over. */
  signal: AbortSignal;
}

export interface Reply {
  kind: 'reply';
  status: number;
  location: string | undefined;
  /** Who answered, as far as the headers tell. */
  sender: string | undefined;
  /** Of status 200 only, and of that the first 8 KiB. */
  body: string;
  isWhole: boolean;
}

export interface NoReply {
  kind: 'refused' | 'timed_out' | 'unreachable' | 'too_slow' | 'not_http';
  detail: string;
}

const mostBytes = 8 * 1024;

/** One GET, as a CA sends it. Never throws for anything that the other side does. */
export async function ask(question: Question): Promise<Reply | NoReply> {
  // Whoever was redirected until time was over never waited for this one's connection.
  let connected = question.signal.aborted;
  try {
    const response = await send(question, () => (connected = true));
    return await read(response);
  } catch (error) {
    if (question.signal.aborted) return { kind: connected ? 'too_slow' : 'timed_out', detail: 'timeout' };
    const detail = detailOf(error);
    return { kind: connected ? 'not_http' : (beforeConnecting[detail] ?? 'unreachable'), detail };
  }
}

const beforeConnecting: Record<string, NoReply['kind'] | undefined> = {
  ECONNREFUSED: 'refused',
  // Accepted, and reset before we could notice.
  ECONNRESET: 'not_http',
  ETIMEDOUT: 'timed_out',
};

function send({ target, address, signal }: Question, onConnect: () => void): Promise<IncomingMessage> {
  const options = {
    host: address,
    port: target.port,
    path: target.path,
    servername: target.host,
    // A CA does not verify it either: there may be no certificate yet (RFC 8555 section 8.3).
    rejectUnauthorized: false,
    // Some web application firewalls block requests without Accept, so Boulder sends it.
    headers: { host: target.host, accept: '*/*', 'user-agent': 'usher-preflight', connection: 'close' },
    agent: false as const,
    signal,
  };
  return new Promise((resolve, reject) => {
    const outgoing = target.scheme === 'https' ? requestHttps(options) : requestHttp(options);
    outgoing.once('socket', (socket) => socket.once('connect', onConnect));
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    // A server that switches protocols (101) gets its connection closed, without an error.
    outgoing.once('close', () => reject(new Error('closed without an answer')));
    outgoing.end();
  });
}

async function read(response: IncomingMessage): Promise<Reply> {
  const { statusCode: status = 0, headers } = response;
  const body = status === 200 ? await bodyOf(response) : { body: '', isWhole: true };
  response.destroy();
  return { kind: 'reply', status, location: headers.location, sender: senderOf(headers), ...body };
}

async function bodyOf(response: IncomingMessage): Promise<Pick<Reply, 'body' | 'isWhole'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) break;
  }
  const body = Buffer.concat(chunks).toString('utf8', 0, Math.min(bytes, mostBytes));
  return { body, isWhole: bytes <= mostBytes };
}

function senderOf({ server, via }: IncomingHttpHeaders): string | undefined {
  const names = [server, via && `via ${String(via)}`].flatMap((name) =>
    name ? [visible(String(name), 60)] : [],
  );
  return names.length === 0 ? undefined : names.join(', ');
}
