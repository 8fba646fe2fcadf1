import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { startUserPool, type UserPoolServer } from '../../../apps/user-pool/src/server.js';
import { createPool, type PoolIds, region, rotation } from '../../support/builders/test-pool.js';
import { startUsherProcess, type UsherProcess } from '../../support/drivers/usher-process.js';
import type { Target } from '../caller.js';
import { startBalancer } from './balancer.js';
import { Database } from './database.js';
import { Lambda } from './lambda.js';
import { Mailbox } from './mailbox.js';
import { migrationToken } from './settings.js';
import { type WrongClock, wrongClock } from './wrong-clock.js';

const names = ['one', 'two'] as const;
export type Name = (typeof names)[number];

/** Two Usher processes, PostgreSQL, a pool, the built Lambda and a mail server. Each of them can fail. */
export interface World {
  database: Database;
  mailbox: Mailbox;
  lambda: Lambda;
  pool: UserPoolServer;
  cognito: CognitoIdentityProvider;
  ids: PoolIds;
  /** Clock of process `one`; undefined if it cannot be changed. */
  clock: WrongClock | undefined;
  processes: Map<Name, UsherProcess>;
  variables: Record<string, string | undefined>;
  targets(): Target[];
  startProcess: (name: Name) => Promise<void>;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    return await startParts(closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(closers: (() => Promise<unknown>)[], close: World['close']): Promise<World> {
  const database = await Database.start();
  closers.push(() => database.remove());
  const mailbox = new Mailbox();
  const smtpUrl = await mailbox.open();
  closers.push(() => mailbox.close());
  const processes = new Map<Name, UsherProcess>();
  const targets = () => [...processes].map(([name, { url }]) => ({ name, url }));
  const balancer = await startBalancer(() => targets().map(({ url }) => url));
  closers.push(() => balancer.close());
  const lambda = new Lambda(balancer.url);
  const lambdaUrl = await lambda.start();
  closers.push(() => lambda.stop());
  // No SMTP server: Cognito sends its codes itself.
  const pool = await startUserPool({ lambdaEndpoint: lambdaUrl, seed: 'faults' });
  closers.push(() => pool.close());
  mailbox.pool = pool;
  const cognito = new CognitoIdentityProvider({
    endpoint: pool.url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  closers.push(async () => cognito.destroy());
  const ids = await createPool(cognito, { client: rotation(60) });
  const clock = await wrongClock();
  closers.push(async () => clock?.remove());
  const variables = environment({ database, pool, ids, smtpUrl });
  closers.push(() => Promise.all([...processes.values()].map((process) => process.stop())));
  const startProcess = async (name: Name) => {
    const ownClock = name === 'one' ? clock?.environment : undefined;
    processes.set(name, await startUsherProcess({ ...variables, ...ownClock }));
  };
  for (const name of names) await startProcess(name);
  return {
    database,
    mailbox,
    lambda,
    pool,
    cognito,
    ids,
    clock,
    processes,
    variables,
    targets,
    startProcess,
    close,
  };
}

function environment(parts: { database: Database; pool: UserPoolServer; ids: PoolIds; smtpUrl: string }) {
  const { database, pool, ids, smtpUrl } = parts;
  return {
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    AWS_REGION: region,
    AWS_COGNITO_USER_POOL_ID: ids.userPoolId,
    AWS_COGNITO_CLIENT_ID: ids.clientId,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: pool.url,
    COGNITO_ISSUER: `${pool.url}/${ids.userPoolId}`,
    MIGRATION_ACCESS_TOKENS: migrationToken,
    SESSION_SECRETS: 'a-session-secret-of-the-tests',
    REFUSAL_TIME_MS: '0',
    BCRYPT_COST: '10',
    TRUSTED_PROXIES: '127.0.0.1',
    SMTP_URL: smtpUrl,
    MAIL_FROM: 'Usher <usher@example.com>',
  };
}
