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

export const password = 'Correct-horse-1';

export interface TestPool {
  server: UserPoolServer;
  sdk: CognitoIdentityProvider;
  poolId: string;
  clientId: string;
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

/** A pool that all tests of a file share. It is started before them and closed after them. */
export function openTestPool(
  pool: Partial<CreateUserPoolRequest> = {},
  client: Partial<CreateUserPoolClientRequest> = {},
  options: () => UserPoolOptions = () => ({ clock: stoppedClock() }),
): TestPool {
  const opened = {} as TestPool;
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
  const opened = {} as TestPool;
  beforeAll(async () => {
    Object.assign(opened, await withClient(pool, settings));
  });
  return opened;
}

/** A server with one pool like that of Usher: addresses as usernames, one client with PreventUserExistenceErrors. */
export async function startTestPool(
  pool: Partial<CreateUserPoolRequest> = {},
  client: Partial<CreateUserPoolClientRequest> = {},
  options: UserPoolOptions = {},
): Promise<TestPool> {
  const server = await startUserPool(options);
  return addPool({ server, sdk: sdkFor(server.url) }, pool, client);
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

export async function createClient(
  sdk: CognitoIdentityProvider,
  UserPoolId: string,
  settings: Partial<CreateUserPoolClientRequest> = {},
) {
  const { UserPoolClient } = await sdk.createUserPoolClient({
    UserPoolId,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    PreventUserExistenceErrors: 'ENABLED',
    ...settings,
  });
  return UserPoolClient ?? {};
}

/** Another pool of the same server, with a client. */
export async function addPool(
  { server, sdk }: Pick<TestPool, 'server' | 'sdk'>,
  pool: Partial<CreateUserPoolRequest> = {},
  client: Partial<CreateUserPoolClientRequest> = {},
): Promise<TestPool> {
  const poolId = await createPool(sdk, pool);
  return withClient({ server, sdk, poolId }, client);
}

/** The same pool with another client. */
export async function withClient<Pool extends Pick<TestPool, 'sdk' | 'poolId'>>(
  pool: Pool,
  settings: Partial<CreateUserPoolClientRequest> = {},
): Promise<Pool & { clientId: string }> {
  const { ClientId = '' } = await createClient(pool.sdk, pool.poolId, settings);
  return { ...pool, clientId: ClientId };
}

type Where = Pick<TestPool, 'sdk' | 'poolId' | 'clientId'>;

/** Creates a confirmed user with a verified address and the password above. @returns the username */
export async function createUser(
  { sdk, poolId }: Where,
  name: string,
  given = password,
  email = name,
): Promise<string> {
  const { User } = await sdk.adminCreateUser({
    UserPoolId: poolId,
    Username: name,
    UserAttributes: [
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: 'true' },
    ],
    MessageAction: 'SUPPRESS',
  });
  await sdk.adminSetUserPassword({ UserPoolId: poolId, Username: name, Password: given, Permanent: true });
  return User?.Username ?? '';
}

export const signIn = ({ sdk, clientId }: Where, USERNAME: string, PASSWORD = password) =>
  sdk.initiateAuth({
    ClientId: clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD },
  });

export const forgot = ({ sdk, clientId }: Where, Username: string) =>
  sdk.forgotPassword({ ClientId: clientId, Username });

export const lastCode = ({ server }: TestPool): string => server.deliveries.list()[0]?.code ?? '';

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
