import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { CognitoAdminClient, CognitoAppClient } from '../../cognito/cognito-client.js';
import { isRefusedOrTriggerFailed } from '../../cognito/cognito-errors.js';
import { IdentityProvider } from '../../cognito/identity-provider.js';
import { PoolSettingsReader } from '../../cognito/pool-settings.reader.js';
import { TriggerFunctionReader } from '../../cognito/trigger-function.reader.js';
import { Clock } from '../../common/clock/clock.js';
import { cognitoConfig, userPoolConfig } from '../../common/config/cognito.config.js';
import { readEach } from '../../common/config/config.js';
import { readNamespaces } from '../../common/config/config-namespace.js';
import { ConfigurationError } from '../../common/config/configuration-error.js';
import { legacyRowsConfig } from '../../common/config/migration.config.js';
import { databaseConfig } from '../../common/config/servers.config.js';
import { checks, examine, type Examination } from '../../doctor/doctor.js';
import { type Canary, Facts, type TimeInterval } from '../../doctor/facts.js';
import { findCandidatesWith } from '../../legacy/candidates.js';
import type { ReadOnlySource } from '../../legacy/mapping.js';
import { openSource } from '../../legacy/open-source.js';
import { counted, type Io } from '../command.js';
import { ProgressLine } from '../progress-line.js';
import { OperatorLog } from './operator-log.js';

export type { Examination };

/** Milliseconds. */
const connectTimeout = 5000;
const queryTimeout = 10_000;

/**
 * Runs all checks without an application context, because a database that does not answer is a finding.
 * @param live also signs a random unknown address in
 * @throws ConfigurationError if the variables of the pool are missing or invalid; with `live`, also of the database
 */
export async function runDoctor(io: Io, live: boolean): Promise<Examination> {
  const needed = { userPool: userPoolConfig, cognito: cognitoConfig };
  const { userPool, cognito } = readNamespaces(needed, io.variables());
  if (live) readNamespaces({ database: databaseConfig }, io.variables());
  const settings = readEach(io.variables());
  // It raises no alarms: the report says what Cognito refused.
  const log = new OperatorLog({ ...io, err: () => undefined });
  const clock = new Clock();
  const admin = new CognitoAdminClient(userPool, clock, log);
  const appClient = new CognitoAppClient(cognito, clock, log);
  const canary = live ? canaryOf(new IdentityProvider(appClient, log)) : undefined;
  const cognitoTime = readDates(admin, clock);
  const functions = new TriggerFunctionReader(userPool);
  let client: Promise<pg.Client> | undefined;
  const query = async <Row extends object>(text: string, values?: unknown[]): Promise<Row[]> => {
    client ??= connect(settings.database);
    return (await (await client).query<Row>(text, values)).rows;
  };
  let source: Promise<ReadOnlySource> | undefined;
  const legacySource = () => (source ??= openLegacySource(io, settings, log));
  const findCandidates = () => findCandidatesWith({ query });
  const progress = new ProgressLine(io);
  try {
    const pool = new PoolSettingsReader(admin);
    const sources = { settings, pool, functions, query, legacySource, findCandidates, cognitoTime, canary };
    const facts = new Facts(sources);
    return await examine(checks, facts, ({ id }, index) =>
      progress.at(`${id}, ${index + 1} of ${counted(checks.length, 'check')}`),
    );
  } finally {
    progress.end();
    admin.onApplicationShutdown();
    appClient.onApplicationShutdown();
    functions.onApplicationShutdown();
    await (await source?.catch(() => undefined))?.close();
    await (await client?.catch(() => undefined))?.end();
  }
}

/** @throws AppError if Cognito did not process the sign-in */
const canaryOf =
  (identities: IdentityProvider): Canary =>
  async (requestId) => {
    try {
      await identities.signIn(
        `usher-doctor-${randomUUID()}@example.com`,
        `Usher-doctor-${randomUUID()}`,
        requestId,
      );
    } catch (error) {
      if (!isRefusedOrTriggerFailed(error)) throw error;
    }
  };

/** @returns Cognito's time by the `Date` header of its last response, which has whole seconds */
function readDates(admin: CognitoAdminClient, clock: Clock): () => TimeInterval | undefined {
  let last: { date: number; sentAt: number; receivedAt: number } | undefined;
  admin.onDate((date, sentAt) => (last = { date: Date.parse(date), sentAt, receivedAt: clock.elapsed() }));
  return () =>
    last && {
      earliest: last.date + clock.elapsed() - last.receivedAt,
      latest: last.date + 999 + clock.elapsed() - last.sentAt,
    };
}

async function openLegacySource(
  io: Io,
  { legacySource, database }: ReturnType<typeof readEach>,
  log: OperatorLog,
): Promise<ReadOnlySource> {
  if (legacySource instanceof ConfigurationError) throw legacySource;
  const url = database instanceof ConfigurationError ? undefined : database.url;
  return openSource(legacySource, url, legacyRowsConfig.read(io.variables()), log);
}

async function connect(database: object): Promise<pg.Client> {
  if (!('url' in database)) throw database as Error;
  const client = new pg.Client({
    ...{ connectionString: String(database.url), application_name: 'usher' },
    ...{ connectionTimeoutMillis: connectTimeout, query_timeout: queryTimeout },
  });
  // Reported by the query that it ends.
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`SET default_transaction_read_only TO on; SET timezone TO 'UTC'`);
  return client;
}
