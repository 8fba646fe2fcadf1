import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Injectable } from '@nestjs/common';
import type { AwsAuthRequest } from '#contracts';
import type { Call } from './call.js';
import { Configuration } from './config/configuration.js';
import { type AuthResponse, parseAuthResponse } from './auth-response.js';
import { legacyUnavailable, UsherError } from './usher-error.js';

export type AuthRequest = Pick<AwsAuthRequest, 'email'> & { password?: string };

/** A frozen Lambda does not notice that an idle connection was closed, so older connections are not reused. */
const MAX_IDLE_MS = 30_000;

/** Responses have a few hundred bytes. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/** The connection was idle for too long, or the API was redeployed. The contract makes a retry safe. */
const CONNECTION_ERRORS = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);

/** Sends `POST /aws/auth`. Uses node:http, because the first `fetch` of a process takes several times as long. */
@Injectable()
export class UsherClient {
  private readonly protocol: typeof http | typeof https;
  private readonly agent: http.Agent;
  private lastUse = Date.now();

  constructor(private readonly configuration: Configuration) {
    this.protocol = configuration.authUrl.protocol === 'https:' ? https : http;
    this.agent = new this.protocol.Agent({ keepAlive: true });
  }

  /** @throws UsherError if there is no valid response before the deadline of the call */
  async send(request: AuthRequest, call: Call): Promise<AuthResponse> {
    const payload = JSON.stringify({ ...request, access_token: this.configuration.accessToken });
    if (Date.now() - this.lastUse > MAX_IDLE_MS) this.dropIdleConnections();
    try {
      return await this.post(payload, call);
    } catch (error) {
      if (!CONNECTION_ERRORS.has(errorCode(error))) throw asUsherError(error);
      this.dropIdleConnections();
      return await this.post(payload, call).catch((again: unknown) => {
        throw asUsherError(again);
      });
    } finally {
      this.lastUse = Date.now();
    }
  }

  private async post(payload: string, call: Call): Promise<AuthResponse> {
    if (call.remainingMs <= 0) throw new UsherError('no time left');
    const outgoing = this.protocol.request(this.configuration.authUrl, {
      method: 'POST',
      agent: this.agent,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
        'x-request-id': call.requestId,
        // The requests for a forgotten password and a sign-up are equal otherwise.
        'x-trigger-source': call.triggerSource,
      },
    });
    const { status, text } = await sendWithin(call.remainingMs, outgoing, payload);
    if (status === 503 && codeOf(text) === legacyUnavailable) throw new UsherError(legacyUnavailable);
    if (status < 200 || status > 299) throw new UsherError(`status ${status}`);
    return parseAuthResponse(parseJson(text), this.configuration.attributeMapping.keys.values());
  }

  private dropIdleConnections(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) {
      sockets?.forEach((socket) => socket.destroy());
    }
  }
}

interface HttpResponse {
  status: number;
  text: string;
}

/** The timeout includes the body, because an API may stall after it has sent the headers. */
function sendWithin(ms: number, request: ClientRequest, payload: string): Promise<HttpResponse> {
  return new Promise<HttpResponse>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new UsherError('timeout'));
      request.destroy();
    }, ms);
    const settle = (action: () => void) => {
      clearTimeout(timer);
      action();
    };
    request.on('error', (error) => settle(() => reject(error)));
    request.on('response', (response) => {
      readText(response).then(
        (text) => settle(() => resolve({ status: response.statusCode ?? 0, text })),
        (error: Error) => settle(() => reject(error)),
      );
    });
    request.end(payload);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_RESPONSE_BYTES) throw new UsherError('invalid_response: too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes the text.
    throw new UsherError('invalid_response: not JSON');
  }
}

/** @returns the `code` of a problem (RFC 9457); `undefined` for anything else */
function codeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { code?: unknown } | null)?.code;
  } catch {
    return undefined;
  }
}

function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function asUsherError(error: unknown): UsherError {
  return error instanceof UsherError ? error : new UsherError(errorCode(error) || 'no connection');
}
