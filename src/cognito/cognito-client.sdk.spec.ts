import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  AdminGetUserCommand,
  type CognitoIdentityProviderClient,
  GetUserCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minimalEnvironment } from '../../test/support/builders/environment.js';
import { loadConfig } from '../common/config/config.js';
import { createUnsignedClient } from './cognito-client.js';

let server: Server;
let client: CognitoIdentityProviderClient;
let home: string;
let answer: (response: ServerResponse) => void;
const environment = process.env;
const connect = jest.spyOn(Socket.prototype, 'connect');

beforeAll(async () => {
  server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A machine without any credentials.
  home = await mkdtemp(join(tmpdir(), 'usher-home-'));
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
  process.env = { ...Object.fromEntries(others), HOME: home };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = createUnsignedClient(
    loadConfig({ ...minimalEnvironment, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: url }).cognito,
  );
});
afterAll(async () => {
  process.env = environment;
  client.destroy();
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true });
});

const send = (options = {}) => client.send(new GetUserCommand({ AccessToken: 'token' }), options);
const hosts = () => connect.mock.calls.map(([to]) => JSON.stringify(to)).join();

describe('createUnsignedClient', () => {
  it('connects only to Cognito and reads no file, on a machine without credentials', async () => {
    answer = (response) => response.end('{"Username":"ada"}');
    let reads = 0;
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'FSREQPROMISE') reads += 1;
      },
    }).enable();
    expect((await send()).Username).toBe('ada');
    hook.disable();
    expect(reads).toBe(0);
    expect(hosts()).toContain('127.0.0.1');
    expect(hosts()).not.toContain('169.254');
  });

  it('does not search for credentials when an operation needs a signature', async () => {
    connect.mockClear();
    const signed = new AdminGetUserCommand({ UserPoolId: 'us-east-1_abc', Username: 'ada' });
    await expect(client.send(signed)).rejects.toThrow('this client has no AWS credentials');
    expect(connect).not.toHaveBeenCalled();
  });

  it('rejects a request without a response after its timeout', async () => {
    answer = () => {};
    await expect(send({ requestTimeout: 50 })).rejects.toMatchObject({
      name: 'TimeoutError',
      message: expect.stringContaining('50 ms requestTimeout'),
    });
  });

  it('does not retry', async () => {
    let times = 0;
    answer = (response) => {
      times++;
      response.writeHead(400).end('{"__type":"LimitExceededException"}');
    };
    await expect(send()).rejects.toMatchObject({ name: 'LimitExceededException' });
    expect(times).toBe(1);
  });

  it('sends 128 requests at the same time', async () => {
    const waiting: ServerResponse[] = [];
    const all = new Promise<void>((resolve) => {
      answer = (response) => {
        if (waiting.push(response) === 128) resolve();
      };
    });
    const answers = Array.from({ length: 128 }, () => send());
    await all;
    for (const response of waiting) response.end('{"Username":"ada"}');
    expect((await Promise.all(answers)).length).toBe(128);
  });
});
