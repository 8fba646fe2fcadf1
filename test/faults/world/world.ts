import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { startUserPool, type UserPoolServer } from '../../../apps/user-pool/src/server.js';
import { createPool, type PoolIds, region, rotation } from '../../support/test-pool.js';
import { startUsherProcess, type UsherProcess } from '../../support/usher-process.js';
import type { Target } from '../caller.js';
import { startBalancer } from './balancer.js';
import { Database } from './database.js';
import { Lambda } from './lambda.js';
import { Post } from './post.js';
import { migrationToken } from './settings.js';
import { type WrongClock, wrongClock } from './wrong-clock.js';

const names = ['one', 'two'] as const;
export type Name = (typeof names)[number];

/** Usher as in production, and every part of it can break: two processes, PostgreSQL, a pool, the built Lambda, mail. */
export interface World {
  database: Database;
  post: Post;
  lambda: Lambda;
  pool: UserPoolServer;
  cognito: CognitoIdentityProviderClient;
  ids: PoolIds;
  /** Of process `one`; undefined where its clock cannot be changed. */
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
    return await bringUp(closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function bringUp(closers: (() => Promise<unknown>)[], close: World['close']): Promise<World> {
  const database = await Database.start();
  closers.push(() => database.remove());
  const post = new Post();
  const smtpUrl = await post.open();
  closers.push(() => post.close());
  const processes = new Map<Name, UsherProcess>();
  const targets = () => [...processes].map(([name, { url }]) => ({ name, url }));
  const balancer = await startBalancer(() => targets().map(({ url }) => url));
  closers.push(() => balancer.close());
  const lambda = new Lambda(balancer.url);
  const lambdaUrl = await lambda.start();
  closers.push(() => lambda.stop());
  // Without the mail server: Cognito's codes do not come by ours.
  const pool = await startUserPool({ lambdaEndpoint: lambdaUrl, seed: 'faults' });
  closers.push(() => pool.close());
  post.pool = pool;
  const cognito = new CognitoIdentityProviderClient({
    endpoint: pool.url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  closers.push(async () => cognito.destroy());
  const ids = await createPool(cognito, { client: rotation(30) });
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
    post,
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
