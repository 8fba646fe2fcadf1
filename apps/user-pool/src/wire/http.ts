import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from './errors.js';

/** Well above the size of any valid request. */
const largestBody = 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) {
      throw new ServiceError(
        'RequestEntityTooLargeException',
        `The body is larger than ${largestBody} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ServiceError('SerializationException', 'The body is not JSON.');
  }
}

/** AWS JSON 1.1 writes times as seconds since 1970. */
export function toAwsJson(value: object): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, member: unknown) {
    const original = this[key];
    return original instanceof Date ? original.getTime() / 1000 : member;
  });
}

export function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

export const answerJson = (response: ServerResponse, status: number, body: object): void =>
  answer(response, status, 'application/json', JSON.stringify(body));
