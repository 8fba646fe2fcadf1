import { types } from 'node:util';
import pg from 'pg';
import type { VerifyOptions } from '#password-hashes';
import { legacySourceConfig } from '../../common/config/legacy-source.config.js';
import { legacyHashesConfig, legacyRowsConfig } from '../../common/config/migration.config.js';
import { userPoolConfig } from '../../common/config/cognito.config.js';
import { readNamespaces, StartError, type Variables } from '../../common/config/config-namespace.js';
import { databaseConfig } from '../../common/config/servers.config.js';
import { Clock } from '../../common/clock/clock.js';
import { isAppError } from '../../common/errors/app-error.js';
import { CognitoAdminClient } from '../../cognito/cognito-client.js';
import { type PoolAttribute, UserDirectory } from '../../cognito/user-directory.js';
import { AdoptedTableSource, UnsuitableTableError } from '../../legacy/adopted-table.source.js';
import type { LegacySource } from '../../legacy/legacy-source.js';
import {
  attributeCheck,
  FindingFiles,
  FolderInUseError,
  findChangedImports,
  type Plan,
  planMigration,
  type PlanOptions,
} from '../../migration/migration-plan.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { OperatorLog } from './operator-log.js';
import { openConfigured } from './source-check.js';

type Callbacks = Pick<PlanOptions, 'onFinding' | 'onProgress'>;
type Scannable = Pick<LegacySource, 'describe' | 'scan' | 'stream' | 'close'>;

/** @throws CommandError, ConfigurationError */
export async function runPlan(io: Io, callbacks: Callbacks): Promise<{ plan: Plan; decisions: number }> {
  const variables = io.variables();
  const { source, hashes } = await openSource(io);
  try {
    const schema = await readPoolSchema(io);
    return await planMigration(source, {
      ...callbacks,
      now: new Date(),
      hashes,
      changedImports: await readChangedImports(variables),
      checkAttributes: schema && attributeCheck(schema, settingsOfLambda(variables)),
    });
  } finally {
    await source.close();
  }
}

/** Empty where Usher has not imported anybody. */
async function readChangedImports({ DATABASE_URL: connectionString }: Variables): Promise<Set<string>> {
  if (!connectionString) return new Set();
  const client = new pg.Client({
    connectionString,
    application_name: 'usher',
    connectionTimeoutMillis: 5000,
  });
  await client.connect();
  try {
    return new Set(await findChangedImports(async (text) => (await client.query<object>(text)).rows));
  } finally {
    await client.end();
  }
}

/** The Lambda's own defaults. */
export const settingsOfLambda = ({
  USER_ATTRIBUTES,
  LEGACY_ID_ATTRIBUTE = 'custom:rails_app_id',
}: Variables) => ({
  userAttributes: USER_ATTRIBUTES,
  legacyIdAttribute: LEGACY_ID_ATTRIBUTE.trim() || undefined,
});

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Files that are removed if a signal ends the process before `commit`. @throws CommandError */
export function openFindingFiles(folder: string) {
  const files = openFolder(folder);
  const onSignal = (signal: NodeJS.Signals) => {
    discard();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.once(signal, onSignal);
  const discard = () => {
    for (const signal of signals) process.off(signal, onSignal);
    files.discard();
  };
  return { write: files.write.bind(files), commit: () => files.commit(), discard };
}

function openFolder(folder: string): FindingFiles {
  try {
    return new FindingFiles(folder);
  } catch (error) {
    if (error instanceof FolderInUseError) throw new CommandError(error.message, exitStatus.usage);
    if (!types.isNativeError(error)) throw error;
    throw new CommandError(`The folder ${folder} cannot be written: ${error.message}.`, exitStatus.usage);
  }
}

/** The source of LEGACY_SOURCE, else the adopted table. */
export async function openSource(io: Io): Promise<{ source: Scannable; hashes: VerifyOptions }> {
  const namespaces = { legacySource: legacySourceConfig, rows: legacyRowsConfig, hashes: legacyHashesConfig };
  const { legacySource, rows, hashes } = readNamespaces(namespaces, io.variables());
  if (legacySource.source === 'none')
    throw new CommandError(
      'LEGACY_SOURCE is none: there is no legacy source. Set it to a preset or a source file, or unset it for an adopted table.',
      exitStatus.usage,
    );
  if (legacySource.source !== undefined) return openConfigured(io);
  const { url } = databaseConfig.read(io.variables());
  try {
    const source = await AdoptedTableSource.open(url, rows);
    return { source, hashes: { peppers: hashes.peppers, scheme: hashes.unmarkedScheme } };
  } catch (error) {
    if (error instanceof UnsuitableTableError || error instanceof StartError)
      throw new CommandError(error.message, exitStatus.usage);
    throw error;
  }
}

/** @returns `undefined`, with a line that says why, if the schema cannot be read */
async function readPoolSchema(io: Io): Promise<PoolAttribute[] | undefined> {
  const notChecked = (reason: string) => io.err(`The schema of the pool is not checked: ${reason}.\n`);
  const variables = io.variables();
  if (!variables.AWS_COGNITO_USER_POOL_ID) {
    notChecked('AWS_COGNITO_USER_POOL_ID is not set');
    return undefined;
  }
  const userPool = userPoolConfig.read(variables);
  const [clock, log] = [new Clock(), new OperatorLog({ ...io, err: () => undefined })];
  try {
    return await new UserDirectory(new CognitoAdminClient(userPool, clock, log), clock, log).describeSchema();
  } catch (error) {
    if (!isAppError(error)) throw error;
    notChecked(error.code === 'cognito.credentials_missing' ? 'there are no AWS credentials' : error.code);
    return undefined;
  }
}
