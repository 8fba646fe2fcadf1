import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsNumberFrom } from './rules.js';

/** What became of a legacy user. `skipped`: nobody who could sign in at the old application. */
export const migrationStates = ['legacy', 'migrated', 'reset_sent', 'imported', 'skipped', 'failed'] as const;
export type MigrationState = (typeof migrationStates)[number];

/** `GET /migration/progress` */
export class MigrationProgressQuery {
  /** How many days `perDay` goes back: 1 to 366; 30 when absent. */
  @IsOptional()
  @IsNumberFrom(1, 366)
  days?: string;

  /** Months without a sign-in after which nobody waits for a person: 1 to 120; 12 when absent. */
  @IsOptional()
  @IsNumberFrom(1, 120)
  inactiveAfter?: string;
}

export class PeopleInState {
  @IsIn(migrationStates)
  state!: MigrationState;

  /**
   * Of `failed`: `unknown_hash`, `not_created` (Cognito refused what the Lambda answered), `answer_lost`. Of `skipped`:
   * `unconfirmed`, `disabled`, `blocked` (by a condition of `LEGACY_BLOCKED_WHEN`), `no_password`, `erased`. Of `imported`: `found_in_pool`, `not_known_here`, `relinked`,
   * `reconciled`. Of `legacy`: `reopened`.
   */
  @IsOptional()
  @IsString()
  reason!: string | null;

  @IsInt()
  people!: number;
}

/** People who have yet to move, by how their stored string begins. */
export class PeopleWithFormat {
  /** Such as `$2a$12$` or `{BCRYPT}$2a$12$`, the label in capitals; `other` for what begins in no known way. */
  @IsString()
  format!: string;

  @IsInt()
  people!: number;

  /** Whether a password can be checked against it. */
  @IsBoolean()
  supported!: boolean;
}

export class PeopleOnDay {
  /** ISO 8601, UTC. */
  @IsString()
  day!: string;

  @IsInt()
  migrated!: number;

  @IsInt()
  imported!: number;
}

/** People who have yet to move, by their last sign-in at the old application or here. */
export class PeopleInMonth {
  /** `2026-11`; `null`: never, as far as is known. */
  @IsOptional()
  @IsString()
  month!: string | null;

  @IsInt()
  people!: number;
}

export const estimateKinds = ['falling', 'not_falling', 'too_early', 'over', 'done'] as const;

/** When the curve of people who move by themselves ends, if it goes on as in the last four weeks. */
export class MigrationEstimate {
  /**
   * `falling`: fewer people move from week to week, and the dates say when that ends. `not_falling`: no end can be seen yet.
   * `too_early`: people have moved for less than four weeks. `over`: nobody moved for two weeks. `done`: nobody is left.
   */
  @IsIn(estimateKinds)
  kind!: (typeof estimateKinds)[number];

  /** People who will still move by themselves; `null` where that cannot be said. */
  @IsOptional()
  @IsInt()
  stillToMove!: number | null;

  /** Days, ISO 8601, UTC. `latest` is `null` where the numbers also allow that there is no end. */
  @IsOptional()
  @IsString()
  earliest!: string | null;

  @IsOptional()
  @IsString()
  likely!: string | null;

  @IsOptional()
  @IsString()
  latest!: string | null;
}

export const verdictReasons = [
  'people_left',
  'resets_open',
  'moves_failed',
  'hashes_unknown',
  'still_moving',
] as const;

export class VerdictReason {
  /**
   * `people_left`: active people who have yet to move. `resets_open`: a code was mailed and no new password is known of.
   * `moves_failed`; `hashes_unknown`: nobody can check the stored hash. `still_moving`: moved within the last two weeks,
   * while inactive people are left.
   */
  @IsIn(verdictReasons)
  code!: (typeof verdictReasons)[number];

  @IsInt()
  people!: number;
}

/** Can the old system, with its hashes and the migration trigger, be switched off? */
export class MigrationVerdict {
  @IsBoolean()
  canSwitchOff!: boolean;

  /** Why not. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => VerdictReason)
  reasons!: VerdictReason[];
}

/** Addresses that several people of the table have who may sign in: none of them can. */
export class DuplicateAddressCount {
  /** Addresses that several rows have in the same spelling. */
  @IsInt()
  exact!: number;

  /** Addresses that rows have in different spellings: upper and lower case, or forms of an international name. */
  @IsInt()
  byCase!: number;
}

export class MigrationProgressResponse {
  /** All rows of the users table. */
  @IsInt()
  people!: number;

  /** Of those, how many have yet to move: `legacy`, `reset_sent` and `failed`. */
  @IsInt()
  left!: number;

  /** `null` while they have not been counted. On a large table they are counted every few minutes. */
  @IsOptional()
  @ValidateNested()
  @Type(() => DuplicateAddressCount)
  duplicates!: DuplicateAddressCount | null;

  /** Of those left, how many did not sign in for so many months; `null` where the table does not tell. */
  @IsOptional()
  @IsInt()
  inactive!: number | null;

  /** Of those left, how many never signed in; `null` where the table does not tell. */
  @IsOptional()
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

  /** Oldest first, days without anybody too. */
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
