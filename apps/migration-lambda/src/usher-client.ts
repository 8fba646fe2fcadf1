import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Injectable } from '@nestjs/common';
import type { AwsAuthRequest } from '#contracts';
import type { Call } from './call.js';
import { Configuration } from './config/configuration.js';
import { type LegacyAnswer, legacyAnswer } from './legacy-answer.js';
import { UsherFailure } from './usher-failure.js';

export type Question = Pick<AwsAuthRequest, 'email'> & { password?: string };

/** A frozen Lambda does not hear that its idle connection was dropped on the way; one this old is not used again. */
const IDLE_CONNECTION_MS = 30_000;

/** An answer has a few hundred bytes. */
const LONGEST_ANSWER = 64 * 1024;

/** The connection broke: it was idle for too long, or the API was just replaced. Asking twice is safe by contract. */
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);

/** Asks `POST /aws/auth`. node:http because the first `fetch` of a process costs several times as much. */
@Injectable()
export class UsherClient {
  private readonly protocol: typeof http | typeof https;
  private readonly agent: http.Agent;
  private lastUse = Date.now();

  constructor(private readonly configuration: Configuration) {
    this.protocol = configuration.authUrl.protocol === 'https:' ? https : http;
    this.agent = new this.protocol.Agent({ keepAlive: true });
  }

  /** @throws UsherFailure whenever there is no answer that can be trusted, in the time the call has left */
  async ask(question: Question, call: Call): Promise<LegacyAnswer> {
    const payload = JSON.stringify({ ...question, access_token: this.configuration.accessToken });
    if (Date.now() - this.lastUse > IDLE_CONNECTION_MS) this.dropIdleConnections();
    try {
      return await this.post(payload, call);
    } catch (error) {
      if (!BROKEN_CONNECTION.has(errorCode(error))) throw asFailure(error);
      this.dropIdleConnections();
      return await this.post(payload, call).catch((again: unknown) => {
        throw asFailure(again);
      });
    } finally {
      this.lastUse = Date.now();
    }
  }

  private async post(payload: string, call: Call): Promise<LegacyAnswer> {
    if (call.remainingMs <= 0) throw new UsherFailure('no time left');
    const request = this.protocol.request(this.configuration.authUrl, {
      method: 'POST',
      agent: this.agent,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
        'x-request-id': call.requestId,
        // A forgotten password and a sign-up are the same question otherwise.
        'x-trigger-source': call.triggerSource,
      },
    });
    const { status, text } = await answerWithin(call.remainingMs, request, payload);
    if (status < 200 || status > 299) throw new UsherFailure(`status ${status}`);
    return legacyAnswer(parseJson(text), this.configuration.attributeMapping.keys.values());
  }

  private dropIdleConnections(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) {
      sockets?.forEach((socket) => socket.destroy());
    }
  }
}

interface HttpAnswer {
  status: number;
  text: string;
}

/** The clock runs until the last byte of the body: an API may answer its headers and then stall. */
function answerWithin(ms: number, request: ClientRequest, payload: string): Promise<HttpAnswer> {
  return new Promise<HttpAnswer>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new UsherFailure('too slow'));
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
    if (length > LONGEST_ANSWER) throw new UsherFailure('nonsense: too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own error quotes the text.
    throw new UsherFailure('nonsense: not JSON');
  }
}

function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function asFailure(error: unknown): UsherFailure {
  return error instanceof UsherFailure ? error : new UsherFailure(errorCode(error) || 'no connection');
}
