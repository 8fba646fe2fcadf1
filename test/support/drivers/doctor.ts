import { join } from 'node:path';
import {
  CognitoIdentityProvider,
  type UserPoolClientType,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll } from '@jest/globals';
import { type LambdaHost, startLambdaHost } from '../../../apps/local-stack/src/lambda-host/lambda-host.js';
import { startUserPool, type UserPoolServer } from '../../../apps/user-pool/src/server.js';
import { run } from '../../../src/cli/run.js';
import type { DoctorReport } from '../../../src/doctor/doctor.js';
import { createPool, type PoolOptions, region } from '../builders/test-pool.js';
import { createAdoptedDatabase, type TestDatabase } from './database.js';

export const functionName = 'usher-migration';
export const functionArn = `arn:aws:lambda:${region}:000000000000:function:${functionName}`;
export const migrationToken = 'migration-token-of-the-doctor-tests';

const bundle = join(import.meta.dirname, '../../../dist/migration-lambda/index.mjs');

export interface Installation extends PoolOptions {
  /** Changes of the environment of `usher doctor`; an empty text unsets a variable. */
  environment?: Record<string, string>;
  /** Changes the world after the pool and the client were created. */
  prepare?: (world: World, ids: { userPoolId: string; clientId: string }) => Promise<void>;
}

export interface Examined {
  status: number;
  report: DoctorReport;
  /** What the command prints without `--json`. */
  text: string;
  errors: string;
}

export interface Installed {
  variables: Record<string, string>;
  userPoolId: string;
  clientId: string;
  /** Runs `usher doctor`. */
  examine(): Promise<Examined>;
  describe(): Promise<{ pool: UserPoolType; client: UserPoolClientType }>;
}

/** A local user pool, the built Lambda and a database, in which installations of Usher are examined. */
export interface World {
  pool: UserPoolServer;
  lambda: LambdaHost;
  database: TestDatabase;
  cognito: CognitoIdentityProvider;
  /** A pool with an app client. Without changes the doctor finds nothing. */
  install(changes?: Installation): Promise<Installed>;
}

/** The world for all tests of a file. */
export function openDoctorWorld(): World {
  const world = {} as World;
  beforeAll(async () => {
    const database = await createAdoptedDatabase();
    const lambda = await startLambdaHost({
      functions: {
        [functionName]: {
          file: bundle,
          environment: {
            MIGRATION_API_URL: 'http://127.0.0.1:9',
            MIGRATION_ACCESS_TOKEN: migrationToken,
          },
        },
      },
    });
    const pool = await startUserPool({ lambdaEndpoint: lambda.url });
    const cognito = new CognitoIdentityProvider({
      endpoint: pool.url,
      region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    Object.assign(world, { pool, lambda, database, cognito });
    world.install = (changes = {}) => install(world, changes);
  });
  afterAll(async () => {
    world.cognito.destroy();
    await world.pool.close();
    await world.lambda.close();
    await world.database.drop();
  });
  return world;
}

/** The settings of docs/production.md. */
const good: PoolOptions['pool'] = {
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
  await prepare?.(world, { userPoolId, clientId });
  const variables = {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: region,
    AWS_COGNITO_USER_POOL_ID: userPoolId,
    AWS_COGNITO_CLIENT_ID: clientId,
    ...(clientSecret !== undefined && { AWS_COGNITO_CLIENT_SECRET: clientSecret }),
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: world.pool.url,
    AWS_ENDPOINT_URL_LAMBDA: world.lambda.url,
    DATABASE_URL: world.database.url,
    MIGRATION_ACCESS_TOKENS: migrationToken,
    SESSION_SECRETS: 'a-session-secret-of-the-tests-with-40-characters',
    ...environment,
  };
  return {
    ...{ variables, userPoolId, clientId },
    examine: () => examine(variables),
    describe: async () => {
      const UserPoolId = userPoolId;
      const [{ UserPool }, { UserPoolClient }] = await Promise.all([
        world.cognito.describeUserPool({ UserPoolId }),
        world.cognito.describeUserPoolClient({ UserPoolId, ClientId: clientId }),
      ]);
      return { pool: UserPool ?? {}, client: UserPoolClient ?? {} };
    },
  };
}

async function examine(variables: Record<string, string>): Promise<Examined> {
  const runWith = async (args: string[]) => {
    const printed = { out: '', err: '' };
    const status = await run(['doctor', ...args], {
      out: (text) => (printed.out += text),
      err: (text) => (printed.err += text),
      variables: () => variables,
    });
    return { status, ...printed };
  };
  const { status, out, err } = await runWith(['--json']);
  const report = (out === '' ? { checks: [], skipped: [], findings: [] } : JSON.parse(out)) as DoctorReport;
  return { status, report, text: (await runWith([])).out, errors: err };
}
