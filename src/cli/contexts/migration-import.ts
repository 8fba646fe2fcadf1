import { Injectable, Module } from '@nestjs/common';
import { userPoolConfig } from '../../common/config/cognito.config.js';
import { legacySourceConfig } from '../../common/config/legacy-source.config.js';
import { secretsConfig } from '../../common/config/sessions.config.js';
import { KeyRing } from '../../common/crypto/key-ring.js';
import { Database } from '../../common/database/database.js';
import { LegacyCopies } from '../../legacy/copies.repository.js';
import {
  cell,
  HeaderError,
  type ImportEnd,
  type ImportOptions,
  ImportRefusedError,
  type ImportReport,
  type RejectedUser,
  type ReimportResult,
  UserImport,
} from '../../migration/user-import.js';
import { UserImportModule } from '../../migration/user-import.module.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { inContextOf } from './command-context.js';
import { openSource, settingsOfLambda } from './migration-plan.js';

export type { ImportEnd, ImportOptions, ImportReport, RejectedUser, ReimportResult };

/** Attributes that the migration decides itself. */
const reserved = /^(sub|username|email|email_verified|cognito:.*)$/;

/** Opens what an import reads besides the pool. */
@Injectable()
export class ImportCommand {
  constructor(
    readonly userImport: UserImport,
    private readonly database: Database,
  ) {}

  /** @returns `undefined` while another process imports @throws CommandError */
  async run(io: Io, options: ImportOptions) {
    const attributes = settingsOfLambda(io.variables());
    for (const pair of (attributes.userAttributes ?? '').split(',')) {
      const name = pair.split('=')[0]?.trim() ?? '';
      if (reserved.test(name))
        throw new CommandError(`USER_ATTRIBUTES names ${name}, which cannot be mapped.`, exitStatus.usage);
    }
    if (this.userImport.needsRole && options.roleArn === undefined && !options.dryRun)
      throw new CommandError(
        'Name the role that writes the log of the jobs: --role-arn ARN. docs/import.md has its policy.',
        exitStatus.usage,
      );
    const { source, hashes } = await openSource(io);
    try {
      const isAdopted = source.describe().mode === 'adopted';
      await this.refuseOtherSource(io, isAdopted);
      const copies = isAdopted
        ? undefined
        : new LegacyCopies(this.database, new KeyRing(secretsConfig.read(io.variables())));
      const copy = copies && ((users: Parameters<LegacyCopies['write']>[0]) => copies.write(users));
      const compare =
        copies && ((users: Parameters<LegacyCopies['write']>[0]) => copies.compareImports(users));
      return await this.userImport.run({ source, hashes, attributes, copy, compare }, options);
    } catch (error) {
      throw explain(error);
    } finally {
      await source.close();
    }
  }

  /** The people of one source are not those of another. */
  private async refuseOtherSource(io: Io, isAdopted: boolean): Promise<void> {
    const { source } = legacySourceConfig.read(io.variables());
    const [row] = await this.database.query<{ adopted: boolean; source: string | null }>({
      name: '',
      text: 'SELECT adopted_users_table AS adopted, legacy_source AS source FROM usher.installation',
    });
    if (row?.adopted === isAdopted && (isAdopted || row.source === source)) return;
    throw new CommandError(
      `LEGACY_SOURCE is ${source ?? 'unset'} here, but the API ${
        row?.adopted ? 'has adopted the table "users"' : `was started with ${row?.source ?? 'none'}`
      }. Set the same value here.`,
      exitStatus.usage,
    );
  }
}

function explain(error: unknown): unknown {
  if (error instanceof HeaderError) return new CommandError(error.message, exitStatus.usage);
  if (!(error instanceof ImportRefusedError)) return error;
  if (error.kind === 'unavailable')
    return new CommandError(
      `This pool does not import password hashes: ${error.message} ` +
        'AWS enables it on its newer infrastructure only; the console shows the option "Password hashing algorithm" on pools that have it. ' +
        'Nothing was sent, and the files are deleted. Let people migrate by signing in, or create a new pool before the migration begins.',
    );
  return new CommandError(`Cognito refused the import job: ${error.message}`);
}

@Module({ imports: [UserImportModule], providers: [ImportCommand] })
export class ImportCommandsModule {}

export const withImport = inContextOf(ImportCommandsModule, ImportCommand, { userPool: userPoolConfig });

/** A line of CSV (RFC 4180); text that a spreadsheet would run is quoted. */
export const csvOfReject = ({ legacyId, email, state, algorithm, reason }: RejectedUser): string =>
  `${[legacyId, email, state, algorithm, reason ?? ''].map(cell).join(',')}\r\n`;
