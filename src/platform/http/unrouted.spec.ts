import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rawHttp } from '../../../test/support/raw-http.js';
import { answerUnreadable } from './unrouted.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function listen(): Promise<string> {
  // The time-out of the API itself is ten seconds; the answer is the same.
  server = createServer({ requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 10 });
  server.on('clientError', answerUnreadable);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('answerUnreadable', () => {
  it('tells a caller who takes too long to ask', async () => {
    const { status, text, headers } = await rawHttp(await listen(), 'GET / HTTP/1.1\r\nHost: x\r\n');
    expect({ status, connection: headers.get('connection') }).toEqual({ status: 408, connection: 'close' });
    expect(JSON.parse(text)).toMatchObject({
      status: 408,
      code: 'request.invalid',
      errors: [{ field: '', message: 'the request did not arrive in time' }],
    });
  });
});
