import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsDay, IsNullable, IsNumberFrom } from './rules.js';

/** Migration status. `skipped`: the user could not sign in to the legacy application. */
export const migrationStates = ['legacy', 'migrated', 'reset_sent', 'imported', 'skipped', 'failed'] as const;
export type MigrationState = (typeof migrationStates)[number];

/** `GET /migration/progress` */
export class MigrationProgressQuery {
  /** Number of days in `perDay`: 1 to 366; default 30. */
  @IsOptional()
  @IsNumberFrom(1, 366)
  days?: string;

  /** Months without a sign-in after which a user counts as inactive: 1 to 120; default 12. */
  @IsOptional()
  @IsNumberFrom(1, 120)
  inactiveAfter?: string;
}

export class PeopleInState {
  @IsIn(migrationStates)
  state!: MigrationState;

  /**
   * Of `failed`: `unknown_hash`, `not_created` (Cognito refused what the Lambda answered), `answer_lost`, `import_rejected` (Cognito's
   * user import refused the user, who can still migrate by signing in). Of `skipped`:
   * `unconfirmed`, `disabled`, `blocked` (by a condition of `LEGACY_BLOCKED_WHEN`), `no_password`, `erased`. Of `imported`:
   * `found_in_pool`, `not_known_here`, `relinked`, `reconciled`, `hash_import` (imported with the hash, and not signed in since). Of
   * `migrated`: `hash_import` (imported, and signed in since). Of `legacy`: `reopened`.
   */
  @IsNullable()
  @IsString()
  reason!: string | null;

  @IsInt()
  people!: number;
}

/** Users who have not migrated, by the prefix of their stored hash. */
export class PeopleWithFormat {
  /** Such as `$2a$12$` or `{BCRYPT}$2a$12$`, with the label in capitals; `other` for an unknown prefix. */
  @IsString()
  format!: string;

  @IsInt()
  people!: number;

  /** Whether a password can be checked against such a hash. */
  @IsBoolean()
  supported!: boolean;
}

export class PeopleOnDay {
  /** ISO 8601, UTC. */
  @IsDay()
  day!: string;

  @IsInt()
  migrated!: number;

  @IsInt()
  imported!: number;
}

/** Users who have not migrated, by their last sign-in to the legacy application or Usher. */
export class PeopleInMonth {
  /** A month such as `2026-11`; `null` if no sign-in is known. */
  @IsNullable()
  @IsString()
  month!: string | null;

  @IsInt()
  people!: number;
}

export const estimateKinds = ['falling', 'not_falling', 'too_early', 'over', 'done'] as const;

/** When the migration by sign-in ends, extrapolated from the last four weeks. */
export class MigrationEstimate {
  /**
   * `falling`: fewer users migrate each week, and the dates give the end. `not_falling`: no end can be estimated.
   * `too_early`: the migration began less than four weeks ago, or the old system was not read. `over`: no user migrated for two weeks. `done`: no user is left.
   */
  @IsIn(estimateKinds)
  kind!: (typeof estimateKinds)[number];

  /** Users who are expected to migrate by sign-in; `null` if unknown. */
  @IsNullable()
  @IsInt()
  stillToMove!: number | null;

  /** Days, ISO 8601, UTC. `latest` is `null` if the numbers are also consistent with no end. */
  @IsNullable()
  @IsDay()
  earliest!: string | null;

  @IsNullable()
  @IsDay()
  likely!: string | null;

  @IsNullable()
  @IsDay()
  latest!: string | null;
}

export const verdictReasons = [
  'people_left',
  'resets_open',
  'moves_failed',
  'import_hashes_changed',
  'hashes_unknown',
  'still_moving',
  'nobody',
  'source_not_read',
] as const;

export class VerdictReason {
  /**
   * `people_left`: active users who have not migrated. `resets_open`: a code was mailed, and no new password is recorded.
   * `moves_failed`: the migration failed. `import_hashes_changed`:
   * imported users whose hash has changed at the source since, and who have not signed in. `hashes_unknown`: the format of the stored hash is not supported.
   * `still_moving`: users migrated within the last two weeks, while inactive users are left. `nobody`: no user of the old system is
   * known. `source_not_read`: the old system's users were never read completely, so the other numbers do not count all of them.
   */
  @IsIn(verdictReasons)
  code!: (typeof verdictReasons)[number];

  /** 0 for `nobody` and `source_not_read`. */
  @IsInt()
  people!: number;
}

/** The people of the old system who can sign in without it, by what shows that their passwords are right. */
export class VerdictBasis {
  /** Migrated: they proved their password to Cognito, or set it by a reset, and have signed in since. */
  @IsInt()
  signedIn!: number;

  /** Imported with their hash and not signed in since: nobody has checked a password against the imported hash. */
  @IsInt()
  importedWithHash!: number;

  /** Found in the pool and linked: Usher never checked their legacy password. */
  @IsInt()
  linked!: number;
}

/** Can the old system, with its hashes and the migration trigger, be switched off? */
export class MigrationVerdict {
  @IsBoolean()
  canSwitchOff!: boolean;

  /** The reasons against it. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => VerdictReason)
  reasons!: VerdictReason[];

  /** What the verdict rests on. */
  @ValidateNested()
  @Type(() => VerdictBasis)
  restsOn!: VerdictBasis;
}

/** Counts addresses shared by several rows that are allowed to sign in. A shared address prevents their sign-in. */
export class DuplicateAddressCount {
  /** Addresses shared in the same spelling. */
  @IsInt()
  exact!: number;

  /** Addresses shared in different spellings: upper and lower case, or forms of an internationalised address. */
  @IsInt()
  byCase!: number;
}

export class MigrationProgressResponse {
  /** All rows of the users table. */
  @IsInt()
  people!: number;

  /** Users who have not migrated: `legacy`, `reset_sent` and `failed`. */
  @IsInt()
  left!: number;

  /** `null` until the first count. On a large table the count is repeated every few minutes. */
  @IsNullable()
  @ValidateNested()
  @Type(() => DuplicateAddressCount)
  duplicates!: DuplicateAddressCount | null;

  /** Users left without a sign-in for this number of months; `null` if the table has no sign-in times. */
  @IsNullable()
  @IsInt()
  inactive!: number | null;

  /** Users left who never signed in; `null` if the table has no sign-in times. */
  @IsNullable()
  @IsInt()
  neverSignedIn!: number | null;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PeopleInState)
  states!: PeopleInState[];

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PeopleWithFormat)
  formats!: PeopleWithFormat[];

  /** Oldest first, including days without migrations. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PeopleOnDay)
  perDay!: PeopleOnDay[];

  /** Newest first. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PeopleInMonth)
  lastSignIn!: PeopleInMonth[];

  @ValidateNested()
  @Type(() => MigrationEstimate)
  estimate!: MigrationEstimate;

  @ValidateNested()
  @Type(() => MigrationVerdict)
  verdict!: MigrationVerdict;
}
