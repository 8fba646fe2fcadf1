import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { rawHttp } from '../../../test/support/drivers/raw-http.js';
import { handleUnreadableRequest, handleClientErrors } from './client-error.handler.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function listen(): Promise<string> {
  // The timeout of the API is 10 seconds.
  server = createServer({
    requestTimeout: 50,
    headersTimeout: 50,
    connectionsCheckingInterval: 10,
    keepAliveTimeout: 300,
  });
  server.on('clientError', handleUnreadableRequest.bind({ server }));
  handleClientErrors(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('handleUnreadableRequest', () => {
  it('answers 408 when a request takes too long', async () => {
    const { status, text, headers } = await rawHttp(await listen(), 'GET / HTTP/1.1\r\nHost: x\r\n');
    expect({ status, connection: headers.get('connection') }).toEqual({ status: 408, connection: 'close' });
    expect(JSON.parse(text)).toMatchObject({
      status: 408,
      code: 'request.invalid',
      errors: [{ field: '', code: 'too_slow', message: 'the request did not arrive in time' }],
    });
  });

  it('closes a connection without a request after the keep-alive timeout and without an answer', async () => {
    const began = performance.now();
    const { status, text } = await rawHttp(await listen(), '');
    expect({ status, text }).toEqual({ status: NaN, text: '' });
    expect(performance.now() - began).toBeGreaterThan(300);
  });

  it('answers a request on a connection that was silent for longer than the request timeout', async () => {
    const url = await listen();
    server.on('request', (_request, response) => response.setHeader('connection', 'close').end('here'));
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    await once(server, 'clientError');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n.*here/s);
  });

  it('writes nothing into a response that has begun', async () => {
    const url = await listen();
    server.on('request', (_request, response) => response.flushHeaders());
    const { status, text } = await rawHttp(url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{');
    expect({ status, text }).toEqual({ status: 200, text: '' });
  });

  it('writes nothing before the response to an earlier request', async () => {
    const url = await listen();
    const { status, text } = await rawHttp(url, 'GET / HTTP/1.1\r\nHost: x\r\n\r\nNONSENSE\r\n\r\n');
    expect({ status, text }).toEqual({ status: NaN, text: '' });
  });

  it('refuses a later request on a connection whose earlier one was answered', async () => {
    const { hostname, port } = new URL(await listen());
    server.on('request', (_request, response) => response.end('here'));
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => {
      if (answer === '') socket.write('NONSENSE\r\n\r\n');
      answer += String(chunk);
    });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n.*hereHTTP\/1.1 400 Bad Request\r\n/s);
  });
});
