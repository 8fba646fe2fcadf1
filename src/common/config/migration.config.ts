import { Transform } from 'class-transformer';
import { IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import { type BlockedCondition, parseCondition } from '../database/blocked-condition.js';
import { type ConfigOf, defineNamespace } from './config-namespace.js';
import { AreSecrets, period, secondsOf } from './validators.js';

class LegacyRowsEnvironment {
  @Matches(new RegExp(`^never$|${period.source}`), {
    message: 'must be "never" or a number of minutes, hours or days, such as "1 hour"',
  })
  LEGACY_UNLOCK_IN = '1 hour';

  @IsOptional()
  @AreBlockedConditions()
  LEGACY_BLOCKED_WHEN?: BlockedCondition[];
}

class MigrationEnvironment extends LegacyRowsEnvironment {
  @AreSecrets(8)
  MIGRATION_ACCESS_TOKENS!: string[];

  @IsOptional()
  @IsIn(['keep', 'erase'], { message: 'must be keep or erase' })
  LEGACY_HASH?: 'keep' | 'erase';
}

/** Conditions such as `deleted_at, not active, status=banned`, or `none`. `BlockedRows` checks that the columns exist. */
function AreBlockedConditions(): PropertyDecorator {
  return (target, property) => {
    Transform(parseConditions)(target, property);
    ValidateBy({
      name: 'areBlockedConditions',
      validator: {
        validate: (value: unknown) => Array.isArray(value) && !value.includes(undefined),
        defaultMessage: () =>
          'must be "none" or comma-separated conditions such as deleted_at, not active or status=banned',
      },
    })(target, property);
  };
}

function parseConditions({ value }: { value: unknown }): unknown {
  if (typeof value !== 'string') return value;
  const texts = value.split(',').map((text) => text.trim());
  return texts.join() === 'none' ? [] : texts.map(parseCondition);
}

const legacyRows = (environment: LegacyRowsEnvironment) => ({
  /** Devise's `unlock_in`, in seconds; `undefined`: a lock never expires. */
  unlockInSeconds: secondsOf(environment.LEGACY_UNLOCK_IN),
  /** Conditions for blocked rows; `undefined`: guessed from the columns of the table. */
  blockedWhen: environment.LEGACY_BLOCKED_WHEN,
});

/** How commands read the rows of an adopted table. */
export const legacyRowsConfig = defineNamespace('legacyRows', LegacyRowsEnvironment, legacyRows);
export type LegacyRowsConfig = ConfigOf<typeof legacyRowsConfig>;

export const migrationConfig = defineNamespace('migration', MigrationEnvironment, (environment) => ({
  accessTokens: environment.MIGRATION_ACCESS_TOKENS,
  legacyHash: environment.LEGACY_HASH,
  ...legacyRows(environment),
}));
export type MigrationConfig = ConfigOf<typeof migrationConfig>;

/** Digests that a stored string of hexadecimal digits does not tell apart. */
const hexSchemes = ['hex_md5', 'hex_sha1', 'hex_sha256', 'hex_sha512'] as const;

class LegacyHashesEnvironment {
  // Not trimmed: a pepper is any text. An empty item stands for hashes without a pepper.
  @Transform(({ value }) => (typeof value === 'string' && value !== '' ? value.split(',') : []))
  PASSWORD_PEPPERS: string[] = [];

  @IsOptional()
  @IsIn(hexSchemes, { message: `must be one of ${hexSchemes.join(', ')}` })
  LEGACY_HASH_SCHEME?: (typeof hexSchemes)[number];
}

export const legacyHashesConfig = defineNamespace('legacyHashes', LegacyHashesEnvironment, (environment) => ({
  /** Newest first. */
  peppers: environment.PASSWORD_PEPPERS,
  /** The digest of hashes that are only hexadecimal digits. */
  unmarkedScheme: environment.LEGACY_HASH_SCHEME,
}));
export type LegacyHashesConfig = ConfigOf<typeof legacyHashesConfig>;
