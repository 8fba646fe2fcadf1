import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UpdateFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import { freePort } from '../../../apps/local-stack/src/ports.js';
import { UntrustedProxies } from '../../../src/doctor/untrusted-proxies.job.js';
import { createAdoptedDatabase, createDatabase, type TestDatabase } from '../drivers/database.js';
import { functionArn, functionName, type Installation, type World } from '../drivers/doctor.js';
import { createAuthority } from './certificates.js';
import type { DoctorFixture } from './doctor-fixtures.js';
import { region } from './test-pool.js';

export interface ServiceFixture extends DoctorFixture {
  severity: 'error' | 'warning';
  /** Ids of further findings that the mistake causes. */
  also?: string[];
  /** A part of the title or the remedy. */
  says: string;
}

type Prepare = NonNullable<Installation['prepare']>;

const configured =
  (change: Omit<UpdateFunctionConfigurationCommandInput, 'FunctionName'>): Prepare =>
  async ({ functions }) => {
    await functions.updateFunctionConfiguration({ FunctionName: functionName, ...change });
  };

/** @param change variables; `undefined` removes one */
const withVariables =
  (change: Record<string, string | undefined>): Prepare =>
  async ({ functions, functionEnvironment }) => {
    const variables = Object.entries({ ...functionEnvironment, ...others, ...change });
    const Variables = Object.fromEntries(
      variables.filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    await functions.updateFunctionConfiguration({ FunctionName: functionName, Environment: { Variables } });
  };

/** Variables of the operator, which a remedy keeps and never prints. */
export const others = {
  API_KEY_OF_MONITORING: "another's secret `$(exit 1)`",
  USER_ATTRIBUTES: '{"name":"name"}',
};

const inOtherRegion = functionArn.replace(region, 'eu-central-1');

const functionFixtures: ServiceFixture[] = [
  {
    id: 'function.exists',
    severity: 'error',
    mistake: 'a pool with the ARN of a deleted function',
    says: 'create-function',
    installation: {
      pool: {
        LambdaConfig: { UserMigration: `${functionArn}-deleted`, PreSignUp: `${functionArn}-deleted` },
      },
    },
    changes: ['LambdaConfig'],
  },
  {
    id: 'function.region',
    severity: 'error',
    mistake: 'a function in another Region',
    says: 'create-function',
    installation: {
      pool: { LambdaConfig: { UserMigration: inOtherRegion, PreSignUp: inOtherRegion } },
    },
    changes: ['LambdaConfig'],
  },
  {
    id: 'function.policy',
    severity: 'error',
    mistake: 'a function whose policy names another pool',
    says: 'add-permission',
    installation: {
      prepare: async ({ functions }) => {
        await functions.removePermission({ FunctionName: functionName, StatementId: 'cognito' });
        await functions.addPermission({
          ...{ FunctionName: functionName, StatementId: 'cognito', Action: 'lambda:InvokeFunction' },
          Principal: 'cognito-idp.amazonaws.com',
          SourceArn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${region}_other`,
          SourceAccount: '000000000000',
        });
      },
    },
    changes: ['policy'],
  },
  {
    id: 'function.policy',
    severity: 'warning',
    mistake: 'a function whose policy names no pool',
    says: 'remove-permission',
    installation: {
      prepare: async ({ functions }) => {
        await functions.removePermission({ FunctionName: functionName, StatementId: 'cognito' });
        await functions.addPermission({
          ...{ FunctionName: functionName, StatementId: 'cognito', Action: 'lambda:InvokeFunction' },
          Principal: 'cognito-idp.amazonaws.com',
        });
      },
    },
    changes: ['policy'],
  },
  {
    id: 'function.state',
    severity: 'error',
    mistake: 'a function in the state Failed',
    says: 'Failed (The image was deleted)',
    installation: {
      prepare: async (world) => ({
        AWS_ENDPOINT_URL_LAMBDA: await startRewriter(world, world.lambda.url, (body) => ({
          ...body,
          ...{ State: 'Failed', StateReason: 'The image was deleted.' },
        })),
      }),
    },
  },
  {
    id: 'function.timeout',
    severity: 'warning',
    mistake: "a function with Lambda's default timeout",
    says: '3 s',
    installation: { prepare: configured({ Timeout: 3 }) },
    changes: ['Timeout'],
  },
  {
    id: 'function.memory',
    severity: 'warning',
    mistake: "a function with Lambda's default memory",
    says: '128 MB',
    installation: { prepare: configured({ MemorySize: 128 }) },
    changes: ['MemorySize'],
  },
  {
    id: 'function.runtime',
    severity: 'error',
    mistake: 'a function on Node 18',
    says: 'nodejs18.x',
    installation: { prepare: configured({ Runtime: 'nodejs18.x' }) },
    changes: ['Runtime'],
  },
  {
    id: 'function.network',
    severity: 'warning',
    mistake: 'a function in a VPC',
    says: 'SubnetIds=[]',
    installation: {
      prepare: configured({ VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } }),
    },
    changes: ['VpcConfig'],
  },
  {
    id: 'function.api_url',
    severity: 'error',
    mistake: 'a function without MIGRATION_API_URL',
    says: 'missing',
    installation: { prepare: withVariables({ MIGRATION_API_URL: undefined }) },
    changes: ['Environment.MIGRATION_API_URL'],
  },
  {
    id: 'function.api_url',
    severity: 'error',
    mistake: 'a function that sends passwords over http',
    says: 'over http',
    installation: { prepare: withVariables({ MIGRATION_API_URL: 'http://operator:secret@usher.test' }) },
    changes: ['Environment.MIGRATION_API_URL'],
  },
  {
    id: 'function.api_url',
    severity: 'warning',
    mistake: 'a function that asks another host',
    says: 'localhost:',
    installation: {
      prepare: async (world, ids) => {
        const other = world.publicUrl.replace('127.0.0.1', 'localhost');
        await withVariables({ MIGRATION_API_URL: other })(world, ids);
      },
    },
    changes: ['Environment.MIGRATION_API_URL'],
  },
  {
    id: 'function.token',
    severity: 'error',
    mistake: 'a function with an old token',
    says: '<one of MIGRATION_ACCESS_TOKENS>',
    also: ['function.reachability'],
    installation: { prepare: withVariables({ MIGRATION_ACCESS_TOKEN: 'an-old-token-of-the-function' }) },
    changes: ['Environment.MIGRATION_ACCESS_TOKEN'],
  },
  {
    id: 'function.legacy_id_attribute',
    severity: 'warning',
    mistake: 'a function with another LEGACY_ID_ATTRIBUTE',
    says: 'LEGACY_ID_ATTRIBUTE=custom:legacy_id',
    also: ['pool.legacy_id_attribute'],
    installation: { prepare: withVariables({ LEGACY_ID_ATTRIBUTE: 'custom:legacy_id' }) },
  },
  {
    id: 'function.reachability',
    severity: 'error',
    mistake: 'an API that does not listen',
    says: 'ECONNREFUSED',
    also: ['edge.reachable'],
    installation: {
      prepare: async (world, ids) => {
        const url = `http://127.0.0.1:${await freePort()}`;
        await withVariables({ MIGRATION_API_URL: url })(world, ids);
        return { PUBLIC_URL: url };
      },
    },
  },
];

/** Another database for the rest of a test. */
async function useDatabase(
  world: World,
  create: () => Promise<TestDatabase>,
  ...statements: string[]
): Promise<Record<string, string>> {
  const database = await create();
  world.onEnd(() => database.drop());
  for (const statement of statements) await database.sql(statement.replaceAll('$NAME', nameOf(database)));
  // Sessions that exist have not read the settings of the database.
  await database.disconnect();
  return { DATABASE_URL: database.url };
}

const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);

/** Functions of the database that PostgreSQL prefers to its own. */
const shadow = (definition: string): string[] => [
  `CREATE FUNCTION public.${definition}`,
  'ALTER DATABASE $NAME SET search_path = public, pg_catalog',
];

const shadowSetting = (setting: string, value: string): string[] =>
  shadow(`current_setting(wanted text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE wanted WHEN '${setting}' THEN '${value}' ELSE pg_catalog.current_setting(wanted) END $$`);

const onAdopted =
  (...statements: string[]): Prepare =>
  (world) =>
    useDatabase(world, createAdoptedDatabase, removeOthers, ...statements);

/** Their hashes are a finding of their own. */
const removeOthers = `DELETE FROM users WHERE encrypted_password !~ '^[$]2' AND encrypted_password <> ''`;

const databaseFixtures: ServiceFixture[] = [
  {
    id: 'database.reachable',
    severity: 'error',
    mistake: 'a server that does not listen',
    says: 'ECONNREFUSED',
    installation: { environment: { DATABASE_URL: 'postgres://usher@127.0.0.1:9/usher' } },
  },
  {
    id: 'database.version',
    severity: 'error',
    mistake: 'PostgreSQL 11',
    says: 'PostgreSQL 11.',
    installation: { prepare: onAdopted(...shadowSetting('server_version_num', '110022')) },
  },
  {
    id: 'database.encoding',
    severity: 'warning',
    mistake: 'a database with another encoding',
    says: 'SQL_ASCII',
    installation: { prepare: onAdopted(...shadowSetting('server_encoding', 'SQL_ASCII')) },
  },
  {
    id: 'database.read_only',
    severity: 'error',
    mistake: 'a read-only database',
    says: 'default_transaction_read_only = off',
    installation: { prepare: onAdopted('ALTER DATABASE $NAME SET default_transaction_read_only = on') },
  },
  {
    id: 'database.connections',
    severity: 'warning',
    mistake: 'a server with few connections',
    says: 'of 5 connections',
    installation: { prepare: onAdopted(...shadowSetting('max_connections', '5')) },
  },
  {
    id: 'database.schema',
    severity: 'warning',
    mistake: 'a schema of an older release',
    says: 'lacks 1 of',
    installation: {
      prepare: onAdopted(
        'DELETE FROM usher.schema_migrations WHERE id = (SELECT max(id) FROM usher.schema_migrations)',
      ),
    },
  },
  {
    id: 'database.schema',
    severity: 'warning',
    mistake: 'a schema of a newer release',
    says: 'Later1999999999999',
    installation: {
      prepare: onAdopted(
        `INSERT INTO usher.schema_migrations (timestamp, name) VALUES (1999999999999, 'Later1999999999999')`,
      ),
    },
  },
  {
    id: 'clocks.database',
    severity: 'error',
    mistake: 'a database server whose clock is 5 minutes ahead',
    says: 'ahead of',
    installation: {
      prepare: onAdopted(
        ...shadow(`clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
          $$ SELECT pg_catalog.clock_timestamp() + interval '5 minutes' $$`),
      ),
    },
  },
];

const people = {
  table: 'people',
  columns: { id: 'id', email: 'email', hash: 'password' },
};

/** A source in the database of the world's Usher, or in another place. */
const withSource =
  ({
    url,
    view = 'SELECT * FROM stored',
    synced = true,
  }: { url?: string; view?: string; synced?: boolean } = {}): Prepare =>
  async (world) => {
    const folder = await mkdtemp(join(tmpdir(), 'usher-doctor-'));
    world.onEnd(() => rm(folder, { recursive: true }));
    const path = join(folder, 'usher.source.json');
    await writeFile(path, JSON.stringify(people));
    const source = await createDatabase();
    world.onEnd(() => source.drop());
    await source.sql('CREATE TABLE stored (id bigint PRIMARY KEY, email text, password text)');
    await source.sql(`CREATE VIEW people AS ${view}`);
    await world.database.sql('DELETE FROM usher.source_syncs');
    const age = synced ? '1 minute' : '3 hours';
    await world.database.sql(
      `INSERT INTO usher.source_syncs (source, started_at, rows, completed_at) VALUES ($1, now() - $2::interval, 0, now() - $2::interval)`,
      [path, age],
    );
    return { LEGACY_SOURCE: path, LEGACY_DATABASE_URL: url ?? source.url };
  };

const sourceFixtures: ServiceFixture[] = [
  {
    id: 'source.lookup',
    severity: 'error',
    mistake: 'a source whose server does not listen',
    says: 'usher source check',
    installation: { prepare: withSource({ url: 'postgres://usher@127.0.0.1:9/old' }) },
  },
  {
    id: 'source.lookup',
    severity: 'error',
    mistake: 'a source file that does not fit',
    says: 'cannot be used',
    installation: { prepare: withSource({ view: 'SELECT id, email FROM stored' }) },
  },
  {
    id: 'source.lookup',
    severity: 'warning',
    mistake: 'a source that searches for more than half a second',
    says: 'CREATE INDEX',
    installation: { prepare: withSource({ view: 'SELECT stored.* FROM pg_sleep(0.6), stored' }) },
  },
  {
    id: 'source.sync',
    severity: 'warning',
    mistake: 'a source that was last copied hours ago',
    says: 'usher source sync',
    installation: { prepare: withSource({ synced: false }) },
  },
  {
    id: 'source.shared_addresses',
    severity: 'warning',
    mistake: 'two users with one address',
    says: '2 legacy users share 1 addresses',
    installation: {
      prepare: onAdopted(
        `INSERT INTO users (email, created_at, updated_at) VALUES ('twin@example.com', now(), now()), ('TWIN@example.com', now(), now())`,
      ),
    },
  },
  {
    id: 'source.unknown_hashes',
    severity: 'warning',
    mistake: 'a user with a hash of 40 digits',
    says: 'LEGACY_HASH_SCHEME=hex_sha1',
    installation: {
      prepare: onAdopted(
        `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
         VALUES ('hex@example.com', '${'ab'.repeat(20)}', now(), now(), now())`,
      ),
    },
  },
  {
    id: 'source.unread_tables',
    severity: 'error',
    mistake: 'a table of people beside an empty users table',
    says: 'public.members',
    installation: {
      prepare: (world) =>
        useDatabase(
          world,
          async () => {
            const database = await createDatabase();
            await database.migrate();
            return database;
          },
          'CREATE TABLE members (id bigint PRIMARY KEY, email text, password_hash text)',
          `INSERT INTO members VALUES (1, 'ada@example.com', '$2a$04$7Cz1sN0d2HWLmCwC5pXb0uJ0Jk0CkRzBmbHmTgqvGv3Rzv6q3mQbS')`,
        ),
    },
  },
];

const tlsWorld = async (world: World, names: string[]): Promise<string> => {
  const { chain, key } = await (await createAuthority()).issue(names);
  const server = createTlsServer({ cert: chain, key }, (_request, response) => response.end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  world.onEnd(async () => (server.closeAllConnections(), server.close()));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const edgeFixtures: ServiceFixture[] = [
  {
    id: 'mail.configured',
    severity: 'warning',
    mistake: 'an API without a mail server',
    says: 'SMTP_URL',
    installation: { environment: { SMTP_URL: '', MAIL_FROM: '' } },
  },
  {
    id: 'mail.server',
    severity: 'error',
    mistake: 'a mail server that does not listen',
    says: 'ESOCKET',
    installation: { environment: { SMTP_URL: 'smtp://operator:secret@127.0.0.1:9' } },
  },
  {
    id: 'mail.overdue',
    severity: 'warning',
    mistake: 'a mail that has waited for an hour',
    says: '1 mails',
    installation: {
      prepare: onAdopted(
        `INSERT INTO usher.outbox (id, mail, sealed, posted_at) VALUES (gen_random_uuid(), 'confirmation', 'sealed', now() - interval '1 hour')`,
      ),
    },
  },
  {
    id: 'certificates.served',
    severity: 'error',
    mistake: 'a certificate of an unknown CA',
    says: 'certbot renew',
    also: ['function.api_url', 'edge.reachable'],
    installation: { prepare: async (world) => ({ PUBLIC_URL: await tlsWorld(world, ['127.0.0.1']) }) },
  },
  {
    id: 'certificates.acme',
    severity: 'warning',
    mistake: 'a certificate whose orders fail',
    says: 'usher.test has not been issued after 3 attempts: no answer on port 80',
    installation: {
      environment: { ACME_CERTIFICATES: 'usher.test', ACME_TERMS_AGREED: 'yes' },
      prepare: onAdopted(
        `INSERT INTO usher.certificates (names, failures, last_error) VALUES ('{usher.test}', 3, 'no answer on port 80.')`,
      ),
    },
  },
  {
    id: 'edge.public_url',
    severity: 'warning',
    mistake: 'an API without PUBLIC_URL',
    says: 'PUBLIC_URL=https://',
    installation: { environment: { PUBLIC_URL: '' } },
  },
  {
    id: 'edge.public_url',
    severity: 'error',
    mistake: 'a PUBLIC_URL with http',
    says: 'has no https',
    also: ['function.api_url', 'edge.reachable'],
    installation: { environment: { PUBLIC_URL: 'http://usher.invalid' } },
  },
  {
    id: 'edge.reachable',
    severity: 'error',
    mistake: 'a PUBLIC_URL with a path that leads nowhere',
    says: 'status 404',
    installation: {
      prepare: async ({ publicUrl }) => ({ PUBLIC_URL: `${publicUrl}/nowhere` }),
    },
  },
  {
    id: 'edge.trusted_proxies',
    severity: 'warning',
    mistake: 'a proxy that is not in TRUSTED_PROXIES',
    says: 'TRUSTED_PROXIES=10.0.0.0/8,127.0.0.0/24',
    installation: {
      environment: { TRUSTED_PROXIES: '10.0.0.0/8' },
      prepare: async (world) => {
        const { app, publicUrl, database } = world;
        const proxies = app.get(UntrustedProxies);
        await proxies.record();
        const headers = { 'x-forwarded-for': '203.0.113.7' };
        await fetch(`${publicUrl}/nowhere`, { headers });
        await proxies.record();
        world.onEnd(() => database.sql('DELETE FROM usher.untrusted_proxies'));
      },
    },
  },
  {
    id: 'edge.cookie_site',
    severity: 'warning',
    mistake: 'pages of another site',
    says: 'https://app.example.org',
    also: ['function.api_url', 'edge.reachable', 'certificates.served'],
    installation: {
      environment: { CORS_ORIGINS: 'https://app.example.org,https://app.usher.invalid,http://localhost:*' },
      prepare: async (world) => ({
        PUBLIC_URL: (await tlsWorld(world, ['127.0.0.1'])).replace('127.0.0.1', 'localhost'),
      }),
    },
  },
  {
    id: 'edge.origin_scheme',
    severity: 'warning',
    mistake: 'pages without https',
    says: 'CORS_ORIGINS=https://localhost.example',
    also: ['function.api_url', 'edge.reachable', 'certificates.served'],
    installation: {
      environment: { CORS_ORIGINS: 'http://localhost.example' },
      prepare: async (world) => ({ PUBLIC_URL: await tlsWorld(world, ['127.0.0.1']) }),
    },
  },
  {
    id: 'clocks.cognito',
    severity: 'warning',
    mistake: 'a clock that is a minute ahead',
    says: 'behind the clock of this machine',
    installation: {
      prepare: async (world) => ({
        AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: await startRewriter(
          world,
          world.pool.url,
          (body) => body,
          -60_000,
        ),
      }),
    },
  },
];

export const serviceFixtures: ServiceFixture[] = [
  ...functionFixtures,
  ...databaseFixtures,
  ...sourceFixtures,
  ...edgeFixtures,
];

/** A proxy that changes bodies of GET, and the `Date` header. @returns its URL */
async function startRewriter(
  world: World,
  target: string,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
  dateMs = 0,
): Promise<string> {
  const server = createServer((request, response) => {
    void (async () => {
      const { host, connection, 'content-length': length, ...headers } = request.headers;
      const method = request.method ?? 'GET';
      const body = method === 'GET' ? undefined : await readBody(request);
      const answer = await fetch(target + request.url, {
        method,
        headers: headers as Record<string, string>,
        ...(body !== undefined && { body }),
      });
      const text = await answer.text();
      const isConfiguration = method === 'GET' && request.url?.includes('/configuration');
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'application/json',
        date: new Date(Date.now() + dateMs).toUTCString(),
      });
      response.end(
        isConfiguration ? JSON.stringify(change(JSON.parse(text) as Record<string, unknown>)) : text,
      );
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  world.onEnd(async () => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
