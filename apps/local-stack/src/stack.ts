import { createWriteStream, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startUserPool } from '../../user-pool/src/server.js';
import { poolArn } from '../../user-pool/src/state/pool-rules.js';
import { startApi, type ApiOptions } from './api.js';
import { choosePorts, type ChosenPorts } from './chosen-ports.js';
import {
  apiEnvironment,
  apiUrl,
  defaultRegion,
  lambdaEnvironment,
  type Environment,
  type StackParts,
} from './config/environment.js';
import {
  claimDemo,
  type DemoName,
  demoOrigins,
  type DemoUser,
  prepareDemoSource,
  prepareDemoUsers,
} from './demo-users.js';
import { startLambdaHost } from './lambda-host/lambda-host.js';
import type { LocalFolder } from './local-folder.js';
import { ensurePool, migrationFunction } from './local-user-pool.js';
import { startMailCatcher } from './mail-catcher/mail-catcher.js';
import { startPostgres } from './postgres/postgres.js';
import { projectRoot } from './project-root.js';
import { openSecrets } from './secrets.js';
import { describeStack, writeStackFile, type StackFile } from './stack-file.js';
import { StartError } from './start-error.js';
import { startPage } from './start-page.js';
import type { Startup, Write } from './startup.js';
import { startWatchedApi } from './watched-api.js';

export interface StackOptions {
  given: Environment;
  /** Not used if DATABASE_URL is given. */
  demo: DemoName;
  folder: LocalFolder;
  startup: Startup;
  signal: AbortSignal;
  write: Write;
  watch: boolean;
}

export interface Stack {
  described: StackFile;
  /** Resolves when a part of the stack exits unexpectedly. */
  ended: Promise<StartError>;
}

interface Database {
  url: string;
  demoUsers: DemoUser[];
  legacySource?: string;
  ended: Promise<StartError>;
}

const never = new Promise<never>(() => undefined);

/** Starts all parts in the order of their dependencies. The caller stops them through `startup`. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { given, folder, startup } = options;
  const secrets = await openSecrets(folder);
  const ports = await keepPorts(options);
  const database = await bringUpDatabase(options, ports);
  const mail = await startup.step(
    'Mail catcher',
    () => startMailCatcher({ smtpPort: ports.smtp, httpPort: ports.mailPage }),
    (catcher) => catcher.close(),
  );
  const parts = {
    apiPort: ports.api,
    databaseUrl: database.url,
    smtpUrl: given.SMTP_URL ?? mail.smtpUrl,
    legacySource: database.legacySource,
    secrets,
  };
  const lambda = await bringUpLambda(options, parts, ports.lambda);
  const localPool = await bringUpUserPool(options, {
    port: ports.userPool,
    lambdaUrl: lambda.url,
    smtpUrl: parts.smtpUrl,
  });
  if (localPool) lambda.permit(localPool.userPoolId);
  const environment = apiEnvironment(given, { ...parts, localPool });
  const described = describeStack(environment, {
    lambdaUrl: lambda.url,
    mailUrl: mail.url,
    migrationAccessToken: lambda.accessToken,
    demoUsers: database.demoUsers,
  });
  const page = folder.pathOf('start-page.html');
  await writeFile(page, startPage(described, demoOrigins[options.demo], environment.PAGES === 'on'), {
    mode: 0o600,
  });
  const api = await bringUpApi(options, { ...environment, LOCAL_STACK_PAGE: page });
  await writeStackFile(folder, described);
  return { described, ended: Promise.race([api.ended, database.ended]) };
}

const portsFile = 'ports.json';

/** The same ports at every start, so that tokens, whose issuer has a port, and bookmarks stay valid. */
async function keepPorts({ given, folder, startup }: StackOptions): Promise<ChosenPorts> {
  const kept = await folder.readJson<Partial<ChosenPorts>>(portsFile);
  const ports = await choosePorts(given, (line) => startup.note(line), kept);
  // A PORT of one start says nothing about the next.
  await folder.writeJson(portsFile, given.PORT === undefined ? ports : { ...ports, api: kept?.api });
  return ports;
}

async function bringUpDatabase(
  { given, demo, folder, startup }: StackOptions,
  ports: ChosenPorts,
): Promise<Database> {
  if (given.DATABASE_URL) {
    startup.note('PostgreSQL: from DATABASE_URL');
    return { url: given.DATABASE_URL, demoUsers: [], ended: never };
  }
  await claimDemo(folder, demo);
  const postgres = await startup.step(
    'PostgreSQL',
    () => startPostgres({ dataDir: folder.pathOf('postgres'), port: ports.database, durable: true }),
    (server) => server.stop(),
  );
  const url = await postgres.createDatabase('usher');
  const demoUsers = await startup.step('Demo users', () =>
    withClient(url, (client) => prepareDemoUsers(client, new Date(), demo)),
  );
  return {
    url,
    demoUsers,
    legacySource: await prepareDemoSource(folder, demo),
    ended: postgres.ended.then((said) => new StartError(`PostgreSQL ended:\n${said}`)),
  };
}

async function bringUpLambda(options: StackOptions, parts: StackParts, port: number) {
  const { given, startup } = options;
  const file = join(projectRoot, 'dist', 'migration-lambda', 'index.mjs');
  if (!existsSync(file)) throw new StartError(`${file} is missing. Run npm run build.`);
  const environment = lambdaEnvironment(
    given,
    apiUrl({ ...given, PORT: String(parts.apiPort) }),
    parts.secrets.migrationAccessToken,
  );
  const host = await startup.step(
    'Migration Lambda',
    () =>
      startLambdaHost({
        functions: { [migrationFunction]: { file, environment, permissions: [] } },
        region: given.AWS_REGION ?? defaultRegion,
        port,
        log: lambdaLog(options),
      }),
    (started) => started.close(),
  );
  const permit = (userPoolId: string) =>
    host.addPermission(migrationFunction, {
      StatementId: 'cognito',
      Action: 'lambda:InvokeFunction',
      Principal: 'cognito-idp.amazonaws.com',
      SourceArn: poolArn(userPoolId),
      SourceAccount: '000000000000',
    });
  return { url: host.url, accessToken: environment.MIGRATION_ACCESS_TOKEN ?? '', permit };
}

function lambdaLog({ folder, watch, write }: StackOptions): (line: string) => void {
  if (watch) return (line) => write(`${line}\n`);
  const file = createWriteStream(folder.pathOf('lambda.log'), { mode: 0o600 });
  // A lost log line must not stop the stack.
  file.on('error', () => undefined);
  return (line) => void file.write(`${line}\n`);
}

async function bringUpUserPool(
  { given, folder, startup }: StackOptions,
  options: { port: number; lambdaUrl: string; smtpUrl: string },
): Promise<StackParts['localPool']> {
  if (given.AWS_COGNITO_USER_POOL_ID) {
    startup.note('User pool: from AWS_COGNITO_USER_POOL_ID');
    return undefined;
  }
  const pool = await startup.step(
    'User pool',
    () =>
      startUserPool({
        port: options.port,
        dataDir: folder.pathOf('user-pool', 'data'),
        smtpUrl: options.smtpUrl,
        mailFrom: given.MAIL_FROM,
        lambdaEndpoint: options.lambdaUrl,
      }),
    (started) => started.close(),
  );
  const ids = await ensurePool(folder, pool.url, given);
  return { url: pool.url, lambdaUrl: options.lambdaUrl, ...ids };
}

async function bringUpApi({ folder, startup, signal, watch, write }: StackOptions, environment: Environment) {
  const logFile = watch ? undefined : folder.pathOf('api.log');
  const options: ApiOptions = { url: apiUrl(environment), environment, logFile, signal };
  const api = await startup.step(
    'API',
    () => (watch ? startWatchedApi(options, write) : startApi(options)),
    (started) => started.stop(),
  );
  return api;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
