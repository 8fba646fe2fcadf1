import { join } from 'node:path';
import {
  CognitoIdentityProvider,
  type UserPoolClientType,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  type GetFunctionConfigurationCommandOutput,
  Lambda,
  type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type LambdaHost, startLambdaHost } from '../../../apps/local-stack/src/lambda-host/lambda-host.js';
import { startMailCatcher } from '../../../apps/local-stack/src/mail-catcher/mail-catcher.js';
import { freePort } from '../../../apps/local-stack/src/ports.js';
import { startUserPool, type UserPoolServer } from '../../../apps/user-pool/src/server.js';
import { signingKeys } from '../../../apps/user-pool/test/signing-keys.js';
import { run } from '../../../src/cli/run.js';
import { createApp } from '../../../src/create-app.js';
import type { DoctorReport } from '../../../src/doctor/doctor.js';
import { createPool, type PoolOptions, region } from '../builders/test-pool.js';
import { createAdoptedDatabase, type TestDatabase } from './database.js';
import { captureLog } from './output.js';

export const functionName = 'usher-migration';
export const functionArn = `arn:aws:lambda:${region}:000000000000:function:${functionName}`;
export const migrationToken = 'migration-token-of-the-doctor-tests';

const bundle = join(import.meta.dirname, '../../../dist/migration-lambda/index.mjs');

export interface Installation extends PoolOptions {
  /** Changes of the environment of `usher doctor`; an empty text unsets a variable. */
  environment?: Record<string, string>;
  /**
   * Changes the world after the pool and the client were created.
   * @returns further changes of the environment
   */
  prepare?: (
    world: World,
    ids: { userPoolId: string; clientId: string },
  ) => Promise<Record<string, string> | void>;
}

export interface Examined {
  status: number;
  report: DoctorReport;
  errors: string;
}

export interface Installed {
  variables: Record<string, string>;
  userPoolId: string;
  clientId: string;
  /** Runs `usher doctor --json`. */
  examine(): Promise<Examined>;
  /** @returns what the command prints for people */
  examineAsText(): Promise<string>;
  describe(): Promise<Described>;
}

export interface Described {
  pool: UserPoolType;
  client: UserPoolClientType;
  /** Of the migration Lambda. */
  lambda: GetFunctionConfigurationCommandOutput;
  policy: { Statement?: unknown };
}

/** A local user pool, the built Lambda and a database, in which installations of Usher are examined. */
export interface World {
  pool: UserPoolServer;
  lambda: LambdaHost;
  database: TestDatabase;
  cognito: CognitoIdentityProvider;
  /** A client of the API of the Lambda host. */
  functions: Lambda;
  /** Usher at PUBLIC_URL, on a pool of its own. */
  app: NestFastifyApplication;
  publicUrl: string;
  /** Of `app`. */
  logLines(): string[];
  smtpUrl: string;
  /** What the function is configured with before each installation. */
  functionEnvironment: Record<string, string>;
  /** @param end called at the end of the test */
  onEnd(end: () => Promise<unknown>): void;
  /** A pool with an app client. Without changes the doctor finds nothing. */
  install(changes?: Installation): Promise<Installed>;
}

/** The world for all tests of a file. */
export function openDoctorWorld(): World {
  const world = {} as World;
  const closers: (() => Promise<unknown>)[] = [];
  const endings: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const output = captureLog();
    world.logLines = () => output.lines();
    closers.push(async () => output.restore());
    const database = await createAdoptedDatabase();
    closers.push(() => database.drop());
    await database.sql(removeUnknownHashes);
    const mail = await startMailCatcher({});
    closers.push(() => mail.close());
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    const functionEnvironment = { MIGRATION_API_URL: publicUrl, MIGRATION_ACCESS_TOKEN: migrationToken };
    const lambda = await startLambdaHost({
      functions: { [functionName]: { file: bundle, environment: functionEnvironment, permissions: [] } },
    });
    closers.push(() => lambda.close());
    const pool = await startUserPool({ lambdaEndpoint: lambda.url, signingKeys: signingKeys() });
    closers.push(() => pool.close());
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const cognito = new CognitoIdentityProvider({ endpoint: pool.url, region, credentials });
    const functions = new Lambda({ endpoint: lambda.url, region, credentials });
    closers.push(async () => (cognito.destroy(), functions.destroy()));
    const { smtpUrl } = mail;
    Object.assign(world, {
      pool,
      lambda,
      database,
      cognito,
      functions,
      functionEnvironment,
      publicUrl,
      smtpUrl,
    });
    world.install = (changes = {}) => install(world, changes);
    world.onEnd = (end) => void endings.push(end);
    const { variables } = await world.install();
    world.app = await createApp({
      ...{ ...variables, HOST: '127.0.0.1', PORT: String(port) },
      ...{ REFUSAL_TIME_MS: '0', RATE_LIMITS: 'off', BCRYPT_COST: '10' },
    });
    closers.push(() => world.app.close());
    await world.app.listen(port, '127.0.0.1');
  });
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });
  afterAll(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  return world;
}

/** The demo users have them. */
const removeUnknownHashes = `DELETE FROM users WHERE encrypted_password !~ '^[$]2' AND encrypted_password <> ''`;

const defaults: UpdateFunctionConfigurationCommandInput = {
  ...{ FunctionName: functionName, Timeout: 5, MemorySize: 1024, Runtime: 'nodejs24.x' },
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
};

/** Undoes what the installation before has changed. */
async function resetFunction({ functions, functionEnvironment }: World): Promise<void> {
  await functions.updateFunctionConfiguration({
    ...defaults,
    Environment: { Variables: functionEnvironment },
  });
  for (const { Sid } of (await describePolicy(functions)).Statement ?? [])
    await functions.removePermission({ FunctionName: functionName, StatementId: Sid });
  await functions.addPermission({
    FunctionName: functionName,
    StatementId: 'cognito',
    Action: 'lambda:InvokeFunction',
    Principal: 'cognito-idp.amazonaws.com',
    SourceArn: `arn:aws:cognito-idp:${region}:000000000000:userpool/*`,
    SourceAccount: '000000000000',
  });
}

async function describePolicy(functions: Lambda): Promise<{ Statement?: { Sid: string }[] }> {
  try {
    const { Policy = '{}' } = await functions.getPolicy({ FunctionName: functionName });
    return JSON.parse(Policy) as { Statement?: { Sid: string }[] };
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return {};
    throw error;
  }
}

/** The settings of docs/production.md. */
export const good: NonNullable<PoolOptions['pool']> = {
  DeletionProtection: 'ACTIVE',
  AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
  EmailConfiguration: {
    EmailSendingAccount: 'DEVELOPER',
    SourceArn: `arn:aws:ses:${region}:000000000000:identity/example.com`,
  },
  LambdaConfig: { UserMigration: functionArn, PreSignUp: functionArn },
};
const logs = {
  LogLevel: 'ERROR',
  EventSource: 'userNotification',
  CloudWatchLogsConfiguration: { LogGroupArn: `arn:aws:logs:${region}:000000000000:log-group:usher` },
} as const;

async function install(world: World, { environment, prepare, ...options }: Installation): Promise<Installed> {
  const pool = { ...good, ...options.pool };
  const { userPoolId, clientId, clientSecret } = await createPool(world.cognito, { ...options, pool });
  await world.cognito.setLogDeliveryConfiguration({ UserPoolId: userPoolId, LogConfigurations: [logs] });
  await resetFunction(world);
  const prepared = (await prepare?.(world, { userPoolId, clientId })) ?? {};
  const variables = {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: region,
    AWS_COGNITO_USER_POOL_ID: userPoolId,
    AWS_COGNITO_CLIENT_ID: clientId,
    ...(clientSecret !== undefined && { AWS_COGNITO_CLIENT_SECRET: clientSecret }),
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: world.pool.url,
    AWS_ENDPOINT_URL_LAMBDA: world.lambda.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: world.pool.url,
    DATABASE_URL: world.database.url,
    MIGRATION_ACCESS_TOKENS: migrationToken,
    SESSION_SECRETS: 'a-session-secret-of-the-tests-with-40-characters',
    PUBLIC_URL: world.publicUrl,
    SMTP_URL: world.smtpUrl,
    MAIL_FROM: 'Usher <usher@example.com>',
    ...environment,
    ...prepared,
  };
  return {
    ...{ variables, userPoolId, clientId },
    examine: () => examine(variables),
    examineAsText: async () => (await runDoctor(variables, [])).out,
    describe: async () => {
      const UserPoolId = userPoolId;
      const [{ UserPool }, { UserPoolClient }, lambda, policy] = await Promise.all([
        world.cognito.describeUserPool({ UserPoolId }),
        world.cognito.describeUserPoolClient({ UserPoolId, ClientId: clientId }),
        world.functions.getFunctionConfiguration({ FunctionName: functionName }),
        describePolicy(world.functions),
      ]);
      return { pool: UserPool ?? {}, client: UserPoolClient ?? {}, lambda, policy };
    },
  };
}

async function runDoctor(variables: Record<string, string>, args: string[]) {
  const printed = { out: '', err: '' };
  const status = await run(['doctor', ...args], {
    out: (text) => (printed.out += text),
    err: (text) => (printed.err += text),
    variables: () => variables,
  });
  return { status, ...printed };
}

async function examine(variables: Record<string, string>): Promise<Examined> {
  const { status, out, err } = await runDoctor(variables, ['--json']);
  const report = (out === '' ? { checks: [], skipped: [], findings: [] } : JSON.parse(out)) as DoctorReport;
  return { status, report, errors: err };
}
