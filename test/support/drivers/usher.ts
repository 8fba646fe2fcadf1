import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { join } from 'node:path';
import { startLambdaHost } from '../../../apps/local-stack/src/lambda-host/lambda-host.js';
import { startMailCatcher } from '../../../apps/local-stack/src/mail-catcher/mail-catcher.js';
import { freePort } from '../../../apps/local-stack/src/ports.js';
import type { Clock } from '../../../apps/user-pool/src/clock.js';
import { startUserPool } from '../../../apps/user-pool/src/server.js';
import { signingKeys } from '../../../apps/user-pool/test/signing-keys.js';
import { createApp } from '../../../src/create-app.js';
import { type ApiClient, apiClient } from './api-client.js';
import { type CognitoProxy, startCognitoProxy } from '../fakes/cognito-proxy.js';
import { startTcpProxy, type TcpProxy } from '../fakes/tcp-proxy.js';
import { createAdoptedDatabase, type TestDatabase } from './database.js';
import { captureLog } from './output.js';
import { createPool, type PoolOptions, region } from '../builders/test-pool.js';
import { startUsherProcess, type UsherProcess } from './usher-process.js';

const bundle = join(import.meta.dirname, '../../../dist/migration-lambda/index.mjs');
const migrationToken = 'migration-token-of-the-tests';

/** Usher with all parts on one machine: the API, PostgreSQL, a user pool and the built Lambda. */
export interface Usher {
  api: ApiClient;
  url: string;
  app: NestFastifyApplication;
  database: TestDatabase;
  mail: Awaited<ReturnType<typeof startMailCatcher>>;
  /** A client with AWS credentials for the pool. */
  cognito: CognitoIdentityProvider;
  userPoolId: string;
  clientId: string;
  /** The proxy between the API and the pool. */
  proxy: CognitoProxy;
  /** The proxy between the pool and the Lambda. */
  lambdaProxy: CognitoProxy;
  /** The clock of the pool, which tests can advance. */
  clock: Clock;
  migrationToken: string;
  /** The environment of the API, for a second process. */
  variables: Record<string, string | undefined>;
  /** A client that keeps cookies like a browser. */
  browser(): ApiClient;
  /** Starts a second API process on the same database and pool. It is stopped with this one. */
  startProcess(environment?: Record<string, string>): Promise<UsherProcess>;
  /** Starts another API in this process, on the same database and pool. It is stopped with this one. */
  startBeside(environment?: Record<string, string>): Promise<Beside>;
  /** All log lines of the API and the Lambda in this process. */
  logLines(): string[];
  close(): Promise<void>;
}

export interface Beside {
  app: NestFastifyApplication;
  api: ApiClient;
  close: () => Promise<void>;
}

export interface UsherOptions extends PoolOptions {
  /** Changes to the environment of the API. */
  environment?: Record<string, string>;
  /** Further variables of the Lambda. */
  lambdaEnvironment?: Record<string, string>;
  /** Timeout of the pool for each of three Lambda invocations, in milliseconds. */
  lambdaTimeout?: number;
  /** Serves the hosted pages at the address of the API. */
  withPages?: boolean;
  /** An app client with a secret. */
  withSecret?: boolean;
  database?: TestDatabase;
}

/** Usher for all tests of a file. Its proxies forward again after each of them. */
export function openUsher(options: UsherOptions | (() => Promise<UsherOptions>) = {}): Usher {
  const opened = {} as Usher;
  beforeAll(async () => {
    Object.assign(opened, await startUsher(typeof options === 'function' ? await options() : options));
  });
  afterEach(() => {
    opened.proxy.forwardAll();
    opened.lambdaProxy.forwardAll();
  });
  afterAll(() => opened.close());
  return opened;
}

/** Usher with a connection to its database that tests can interrupt. It is restored after each test. */
export function openUsherBehindProxy(): { usher: Usher; way: TcpProxy } {
  const way = {} as TcpProxy;
  const usher = openUsher(async () => {
    const database = await createAdoptedDatabase();
    Object.assign(way, await startTcpProxy(database.url));
    return { database, environment: { DATABASE_URL: way.url } };
  });
  afterEach(() => way.restore());
  afterAll(() => way.cut());
  return { usher, way };
}

export async function startUsher({
  environment,
  withPages = false,
  withSecret = false,
  database,
  lambdaEnvironment,
  lambdaTimeout,
  ...options
}: UsherOptions = {}): Promise<Usher> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  const output = captureLog();
  closers.push(async () => output.restore());
  const lambdaLines: string[] = [];
  const db = database ?? (await createAdoptedDatabase());
  closers.push(() => db.drop());
  const mail = await startMailCatcher({});
  closers.push(() => mail.close());
  const port = await freePort();
  const lambda = await startLambdaHost({
    functions: {
      'usher-migration': {
        file: bundle,
        environment: {
          MIGRATION_API_URL: `http://127.0.0.1:${port}`,
          MIGRATION_ACCESS_TOKEN: migrationToken,
          ...lambdaEnvironment,
        },
      },
    },
    log: (line: string) => lambdaLines.push(line),
  });
  closers.push(() => lambda.close());
  const lambdaProxy = await startCognitoProxy(() => lambda.url);
  closers.push(() => lambdaProxy.close());
  const pool = await startUserPool({
    signingKeys: signingKeys(),
    smtpUrl: mail.smtpUrl,
    lambdaEndpoint: lambdaProxy.url,
    ...(lambdaTimeout !== undefined && { lambdaTimeout }),
  });
  closers.push(() => pool.close());
  const proxy = await startCognitoProxy(() => pool.url);
  closers.push(() => proxy.close());
  const cognito = new CognitoIdentityProvider({
    endpoint: pool.url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  closers.push(async () => cognito.destroy());
  const client = { GenerateSecret: withSecret, ...options.client };
  const ids = await createPool(cognito, { ...options, client });
  const variables = {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: db.url,
    AWS_REGION: region,
    AWS_COGNITO_USER_POOL_ID: ids.userPoolId,
    AWS_COGNITO_CLIENT_ID: ids.clientId,
    AWS_COGNITO_CLIENT_SECRET: ids.clientSecret,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: proxy.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: pool.url,
    COGNITO_ISSUER: `${pool.url}/${ids.userPoolId}`,
    MIGRATION_ACCESS_TOKENS: migrationToken,
    SESSION_SECRETS: 'a-session-secret-of-the-tests',
    REFUSAL_TIME_MS: '0',
    RATE_LIMITS: 'off',
    BCRYPT_COST: '10',
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: 'Usher <usher@example.com>',
    ...(withPages && { PAGES: 'on', PUBLIC_URL: `http://127.0.0.1:${port}` }),
    ...environment,
  };
  const app = await createApp(variables).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  closers.push(() => app.close());
  await app.listen(port, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  return {
    ...{
      api: apiClient(url),
      url,
      app,
      database: db,
      mail,
      cognito,
      proxy,
      lambdaProxy,
      migrationToken,
      close,
      clock: pool.clock,
      variables,
    },
    browser: () => apiClient(url, { keepsCookies: true }),
    startProcess: async (changes) => {
      const started = await startUsherProcess({ ...variables, ...changes });
      closers.push(() => started.stop());
      return started;
    },
    startBeside: async (changes) => {
      const beside = await createApp({ ...variables, ...changes });
      let closed: Promise<void> | undefined;
      const closeBeside = () => (closed ??= beside.close());
      closers.push(closeBeside);
      await beside.listen(0, '127.0.0.1');
      return { app: beside, api: apiClient(await beside.getUrl()), close: closeBeside };
    },
    userPoolId: ids.userPoolId,
    clientId: ids.clientId,
    logLines: () => [...output.lines(), ...lambdaLines],
  };
}
