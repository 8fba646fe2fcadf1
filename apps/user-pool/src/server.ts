import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Account } from './account.js';
import { createClock, type Clock } from './clock.js';
import type { Services } from './context.js';
import { Deliveries } from './delivery/deliveries.js';
import { ImportFiles } from './imports/import-files.js';
import { resumeImport } from './imports/run-import.js';
import { uploadedJob } from './imports/presigned-url.js';
import { ImportRunner } from './imports/import-runner.js';
import { serveUpload } from './imports/serve-upload.js';
import { HourlyLimits } from './passwords/hourly-limits.js';
import { KeyedMutex } from './passwords/mutex.js';
import { seededRandom, systemRandom } from './random.js';
import { Database } from './state/database.js';
import { lockFolder } from './state/folder-lock.js';
import { KeyRing } from './tokens/key-ring.js';
import { LambdaInvoker } from './triggers/lambda-invoker.js';
import { createDescribedPools } from './pools/described-pools.js';
import type { PoolDescription } from './pools/pool-description.js';
import { serveDocument } from './wire/documents.js';
import { answerJson } from './wire/http.js';
import { Faults } from './wire/faults.js';
import { isInspection, serveInspection } from './wire/inspection.js';
import { serveOperation } from './wire/protocol.js';

export interface UserPoolOptions {
  /** Default: 127.0.0.1. */
  host?: string;
  /** Any free port if 0 or absent. */
  port?: number;
  /** The public URL if it is not `http://host:port`. The issuer of tokens starts with it. */
  publicUrl?: string;
  /** The data folder. If absent, data is kept in memory only. */
  dataDir?: string;
  smtpUrl?: string;
  mailFrom?: string;
  /** Base URL of a Lambda Invoke API; triggers are called there. */
  lambdaEndpoint?: string;
  /** Timeout of a trigger. Default: five seconds, as in Cognito. */
  lambdaTimeout?: number;
  clock?: Clock;
  /** Makes ids and codes reproducible. */
  seed?: string;
  /** Two private keys (PKCS #8, PEM) for all new pools, so that tests need not generate some for each. */
  signingKeys?: readonly string[];
  /** Pools to create if they do not exist. */
  pools?: PoolDescription[];
}

export interface UserPoolServer {
  /** The public URL. */
  url: string;
  /** The URL on this machine; differs from `url` if `publicUrl` is set. */
  localUrl: string;
  clock: Clock;
  deliveries: Deliveries;
  faults: Faults;
  account: Account;
  close(): Promise<void>;
}

export async function startUserPool(options: UserPoolOptions = {}): Promise<UserPoolServer> {
  const server = createServer();
  const host = options.host ?? '127.0.0.1';
  // Listen first, so that a second server on the same port does not change the data folder.
  await listen(server, host, options.port ?? 0);
  const localUrl = urlOf(host, server.address() as AddressInfo);
  const opening = openServices(options, options.publicUrl?.replace(/\/$/, '') ?? localUrl);
  server.on('request', (request, response) => void answerOnce(opening, request, response));
  try {
    const { services, close: closeServices } = await opening;
    const { url, clock, deliveries, faults, account } = services;
    const close = async () => {
      await stop(server);
      await closeServices();
    };
    return { url, localUrl, clock, deliveries, faults, account, close };
  } catch (error) {
    await stop(server);
    throw error;
  }
}

interface Opened {
  services: Services;
  close: () => Promise<void>;
}

async function openServices(options: UserPoolOptions, url: string): Promise<Opened> {
  const unlock = options.dataDir === undefined ? undefined : await lockFolder(options.dataDir);
  let services: Services | undefined;
  const close = async () => {
    await services?.importRunner.close();
    services?.importFiles.close();
    services?.deliveries.close();
    services?.database.close();
    await unlock?.();
  };
  try {
    services = createServices(options, url);
    await createDescribedPools(services, options.pools ?? []);
    resumeImport(services);
    return { services, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function answerOnce(
  opening: Promise<Opened>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { services } = await opening;
    await serve(services, request, response);
  } catch (error) {
    console.error(error);
    response.destroy();
  }
}

function createServices(options: UserPoolOptions, url: string): Services {
  const clock = options.clock ?? createClock();
  const random = options.seed === undefined ? systemRandom : seededRandom(options.seed);
  const { dataDir } = options;
  return {
    url,
    clock,
    random,
    database: new Database(clock, dataDir),
    keys: new KeyRing(dataDir === undefined ? undefined : join(dataDir, 'keys'), options.signingKeys),
    deliveries: new Deliveries(clock, options.smtpUrl, options.mailFrom),
    limits: new HourlyLimits(clock),
    passwordMutex: new KeyedMutex(),
    lambda: new LambdaInvoker(options.lambdaEndpoint, options.lambdaTimeout),
    faults: new Faults(random),
    account: new Account(),
    importFiles: new ImportFiles(dataDir === undefined ? undefined : join(dataDir, 'imports')),
    importRunner: new ImportRunner(),
  };
}

async function serve(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  response.setHeader('date', new Date(services.clock.now()).toUTCString());
  if (isInspection(path)) return serveInspection(services, request, response);
  if (request.method === 'PUT' && uploadedJob(path) !== undefined)
    return serveUpload(services, request, response);
  // CORS preflight: Cognito allows every origin.
  response.setHeader('access-control-allow-origin', '*');
  if (request.method === 'POST' && path === '/') return serveOperation(services, request, response);
  if (request.method === 'GET' && serveDocument(services, path, response)) return;
  if (request.method === 'OPTIONS') return answerPreflight(response);
  answerJson(response, 404, { message: 'Nothing here.' });
}

function answerPreflight(response: ServerResponse): void {
  response.setHeader('access-control-allow-headers', '*');
  response.setHeader('access-control-allow-methods', 'POST, GET');
  response.setHeader(
    'access-control-expose-headers',
    'x-amzn-errormessage,x-amzn-errortype,x-amzn-requestid',
  );
  response.writeHead(204).end();
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(host: string, { port }: AddressInfo): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Waits for active requests; closes idle connections. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}
