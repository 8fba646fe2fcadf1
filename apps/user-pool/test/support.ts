import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import {
  CognitoIdentityProvider,
  type CreateUserPoolClientRequest,
  type CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll } from '@jest/globals';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../src/clock.js';
import { startUserPool, type UserPoolOptions, type UserPoolServer } from '../src/server.js';
import { signingKeys } from './signing-keys.js';

export const password = 'Correct-horse-1';

/** A pool and one of its clients. */
export class PoolClient {
  constructor(
    readonly sdk: CognitoIdentityProvider,
    readonly poolId: string,
    readonly clientId = '',
  ) {}

  /** The same pool with the client of this id. */
  at(clientId: string | undefined): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this, { clientId });
  }

  async withClient(settings: Partial<CreateUserPoolClientRequest> = {}): Promise<this> {
    return this.at((await this.createClient(settings)).ClientId);
  }

  async createClient(settings: Partial<CreateUserPoolClientRequest> = {}) {
    const { UserPoolClient } = await this.sdk.createUserPoolClient({
      UserPoolId: this.poolId,
      ClientName: 'web',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
      ...settings,
    });
    return UserPoolClient ?? {};
  }

  /** Creates a confirmed user with a verified address. @returns the username */
  async createUser(Username: string, Password = password, email = Username): Promise<string> {
    const user = { UserPoolId: this.poolId, Username };
    const UserAttributes = [
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: 'true' },
    ];
    const { User } = await this.sdk.adminCreateUser({ ...user, UserAttributes, MessageAction: 'SUPPRESS' });
    await this.sdk.adminSetUserPassword({ ...user, Password, Permanent: true });
    return User?.Username ?? '';
  }

  signIn(USERNAME: string, PASSWORD = password) {
    return this.sdk.initiateAuth({
      ClientId: this.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD },
    });
  }

  forgot(Username: string) {
    return this.sdk.forgotPassword({ ClientId: this.clientId, Username });
  }
}

/** A pool of a server in this process. */
export class TestPool extends PoolClient {
  constructor(
    readonly server: UserPoolServer,
    sdk: CognitoIdentityProvider,
    poolId = '',
    clientId = '',
  ) {
    super(sdk, poolId, clientId);
  }

  lastCode(): string {
    return this.server.deliveries.list()[0]?.code ?? '';
  }

  /** Another pool of the same server, with a client. */
  async addPool(
    pool: Partial<CreateUserPoolRequest> = {},
    client: Partial<CreateUserPoolClientRequest> = {},
  ): Promise<TestPool> {
    return new TestPool(this.server, this.sdk, await createPool(this.sdk, pool)).withClient(client);
  }
}

export const sdkFor = (endpoint: string) =>
  new CognitoIdentityProvider({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
    // The default of 50 would delay tests that send a hundred concurrent calls.
    requestHandler: { httpAgent: { maxSockets: 200 } },
  });

export const logsFor = (endpoint: string) =>
  new CloudWatchLogs({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });

/** A pool that all tests of a file share. It is started before them and closed after them. */
export function openTestPool(
  pool: Partial<CreateUserPoolRequest> = {},
  client: Partial<CreateUserPoolClientRequest> = {},
  options: () => UserPoolOptions = () => ({ clock: stoppedClock() }),
): TestPool {
  const opened = Object.create(TestPool.prototype) as TestPool;
  beforeAll(async () => {
    Object.assign(opened, await startTestPool(pool, client, options()));
  });
  afterAll(() => opened.server.close());
  return opened;
}

/** A clock that only tests advance, so that no time step of 30 seconds ends during a test. */
export function stoppedClock(): Clock {
  let at = Date.now();
  return { now: () => at, advanceBy: (milliseconds) => void (at += milliseconds) };
}

/** The same pool with another client, which is also created before the tests. */
export function openTestClient(pool: TestPool, settings: Partial<CreateUserPoolClientRequest>): TestPool {
  const opened = Object.create(TestPool.prototype) as TestPool;
  beforeAll(async () => {
    Object.assign(opened, await pool.withClient(settings));
  });
  return opened;
}

/** A server with one pool like that of Usher: addresses as usernames, one client with PreventUserExistenceErrors. */
export async function startTestPool(
  pool: Partial<CreateUserPoolRequest> = {},
  client: Partial<CreateUserPoolClientRequest> = {},
  options: UserPoolOptions = {},
): Promise<TestPool> {
  const server = await startUserPool({ signingKeys: signingKeys(), ...options });
  return new TestPool(server, sdkFor(server.url)).addPool(pool, client);
}

export async function createPool(
  sdk: CognitoIdentityProvider,
  settings: Partial<CreateUserPoolRequest> = {},
): Promise<string> {
  const { UserPool } = await sdk.createUserPool({
    PoolName: 'people',
    UsernameAttributes: ['email'],
    UsernameConfiguration: { CaseSensitive: false },
    AutoVerifiedAttributes: ['email'],
    Schema: [
      { Name: 'rails_app_id', AttributeDataType: 'String', Mutable: true },
      { Name: 'email', AttributeDataType: 'String', Required: true, Mutable: true },
    ],
    ...settings,
  });
  return UserPool?.Id ?? '';
}

/** Returns the error of a refused call. @throws Error if the call succeeded */
export async function refusal(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('The call was not refused.');
  return { name: outcome.name, message: outcome.message };
}

export const claimsOf = (token: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

export interface TriggerEvent {
  triggerSource: string;
  userName: string;
  request: Record<string, unknown>;
  response: Record<string, unknown>;
}
export type TestFunction = (event: TriggerEvent, response: ServerResponse) => unknown;

/** A Lambda Invoke API with plain functions; their return value is the response. */
export async function startLambda(functions: Record<string, TestFunction>) {
  const events: TriggerEvent[] = [];
  const server = createServer((request, response) => void invoke(request, response));
  const invoke = async (request: IncomingMessage, response: ServerResponse) => {
    const name = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/.exec(request.url ?? '')?.[1] ?? '';
    const event = JSON.parse(await text(request)) as TriggerEvent;
    events.push(event);
    const result = await functions[name]?.(event, response);
    if (!response.writableEnded && result !== undefined) response.end(JSON.stringify(result));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, events, close };
}

/** One such function for all tests of a file; each test sets its behaviour in `run`. */
export function openTestLambda(name: string) {
  const opened = { url: '', events: [] as TriggerEvent[], run: ((event) => event) as TestFunction };
  let close: () => Promise<unknown>;
  beforeAll(async () => {
    const started = await startLambda({ [name]: (event, response) => opened.run(event, response) });
    ({ url: opened.url, events: opened.events, close } = started);
  });
  afterAll(() => close());
  return opened;
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
