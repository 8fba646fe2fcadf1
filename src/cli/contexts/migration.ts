import { legacyHashesConfig } from '../../common/config/migration.config.js';
import { MigrationProgress } from '../../migration/migration-progress.js';
import { ProgressModule } from '../../migration/progress.module.js';
import type { Io } from '../command.js';
import { inContextOf } from './command-context.js';

export const withProgress = inContextOf(ProgressModule, MigrationProgress);

/** @throws ConfigurationError */
export const readUnmarkedScheme = (io: Io): string | undefined =>
  legacyHashesConfig.read(io.variables()).unmarkedScheme;
