import { emailSpellings } from '#contracts';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { type MigrationConfig, migrationConfig } from '../common/config/migration.config.js';
import { Database, type Statement } from '../common/database/database.js';
import { columnsOfAddress, isTaken, nowForRails, rowByEmail, userColumns } from './user-lookup.sql.js';
import { type AccountState, type LegacyAccount, type LocalUser, type Me, toLocalUser } from './user.js';

type StateRow = LocalUser & Omit<AccountState, 'user'>;
type LegacyRow = StateRow & Omit<LegacyAccount, keyof AccountState | 'attributes' | 'hashDigest'>;

/** Every authenticated request runs it. */
const findBySub: Statement = {
  name: 'users-find-by-sub',
  text: `SELECT ${userColumns} FROM users WHERE cognito_sub = $1`,
};

/** The only statement of `GET /users/me`. */
const findMe: Statement = {
  name: 'users-find-me',
  text: `
    SELECT ${userColumns}, usher_profile AS profile, {unconfirmed_email} AS "unconfirmedEmail"
    FROM users WHERE cognito_sub = $1`,
};

/** $1: `emailSpellings` */
export const findByEmail: Statement = {
  name: 'users-find-by-email',
  text: `SELECT ${columnsOfAddress} FROM ${rowByEmail('$1')} AS found`,
};

/** Compares addresses by the expression of the index. */
export const hasRows: Statement = {
  name: 'users-has-rows',
  text: `SELECT ${isTaken('$1')} AS found`,
};

/** $2: how many seconds Devise's lock holds; null: for ever */
const stateColumns = `${columnsOfAddress},
      {confirmed_at} IS NOT NULL AS confirmed,
      {locked_at} IS NOT NULL AND
        ($2::float8 IS NULL OR {locked_at} > ${nowForRails} - make_interval(secs => $2))
        OR coalesce(usher_legacy_locked_until > now(), false) AS locked,
      cognito_sub IS NOT NULL AND
        coalesce(cognito_linked_at < now() - interval '5 minutes', true) AS "linkFinal",
      coalesce(usher_agreed_at > now() - interval '20 seconds', false) AS "approvedRecently",
      usher_erased_at IS NOT NULL AS erased`;

/** Selects no hash. $1: `emailSpellings` */
export const findAccountState: Statement = {
  name: 'users-find-account-state',
  text: `SELECT ${stateColumns} FROM ${rowByEmail('$1')} AS found`,
};

const legacyColumns = `${stateColumns},
      coalesce(encrypted_password, '') AS "passwordHash",
      {authentication_hash} AS "authenticationHash",
      usher_legacy_id AS "legacyId",
      usher_legacy_format IS NOT NULL AND usher_hash_erased_at IS NULL AS "hashInSource"`;

/** $1: `emailSpellings` */
export const findLegacyAccount: Statement = {
  name: 'users-find-legacy-account',
  text: `SELECT ${legacyColumns} FROM ${rowByEmail('$1')} AS found`,
};

/** $1: the id that the source has */
export const findCopy: Statement = {
  name: 'users-find-copy',
  text: `
    SELECT ${legacyColumns}
    FROM (SELECT users.*, usher.is_blocked(users.*) AS usher_blocked FROM users WHERE usher_legacy_id = $1) AS found`,
};

/** Finds rows by `sub` and by address, with named statements: each sign-in and each authenticated request needs one. */
@Injectable()
export class UsersService {
  /** @param config absent in commands: there, Devise's lock holds for ever */
  constructor(
    private readonly database: Database,
    @Optional()
    @Inject(migrationConfig.KEY)
    private readonly config?: Pick<MigrationConfig, 'unlockInSeconds'>,
  ) {}

  findBySub(sub: string): Promise<LocalUser | undefined> {
    return this.database.queryOne<LocalUser>(findBySub, [sub]);
  }

  /** Like `findBySub`, with what `GET /users/me` returns: the whole request needs one statement. */
  findMe(sub: string): Promise<Me | undefined> {
    return this.database.queryOne<Me>(findMe, [sub]);
  }

  findByEmail(email: string): Promise<LocalUser | undefined> {
    return this.database.queryOne<LocalUser>(findByEmail, [emailSpellings(email)]);
  }

  /** @returns whether any row has the address, including rows that `findByEmail` does not return */
  async hasRows(email: string): Promise<boolean> {
    const row = await this.database.queryOne<{ found: boolean }>(hasRows, [emailSpellings(email)]);
    return row?.found ?? false;
  }

  /** Whether the user of an address may sign in, for code that checks no password. Reads no hash. */
  async findAccountState(email: string): Promise<AccountState | undefined> {
    const row = await this.database.queryOne<StateRow>(findAccountState, this.valuesOf(email));
    return row && toAccountState(row);
  }

  /** With the legacy hash, to check or replace a legacy password. */
  async findLegacyAccount(email: string): Promise<LegacyAccount | undefined> {
    const row = await this.database.queryOne<LegacyRow>(findLegacyAccount, this.valuesOf(email));
    return row && toLegacyAccount(row);
  }

  /** The copy of a user of a read-only source. @param legacyId the id that the source has */
  async findCopy(legacyId: string): Promise<LegacyAccount | undefined> {
    const row = await this.database.queryOne<LegacyRow>(findCopy, [legacyId, this.config?.unlockInSeconds]);
    return row && toLegacyAccount(row);
  }

  private valuesOf(email: string): unknown[] {
    return [emailSpellings(email), this.config?.unlockInSeconds];
  }
}

function toAccountState(row: StateRow): AccountState {
  const { confirmed, locked, linkFinal, approvedRecently, erased } = row;
  return { user: toLocalUser(row), confirmed, locked, linkFinal, approvedRecently, erased };
}

function toLegacyAccount(row: LegacyRow): LegacyAccount {
  const { passwordHash, authenticationHash, legacyId, hashInSource } = row;
  return {
    ...toAccountState(row),
    passwordHash,
    authenticationHash,
    legacyId,
    hashInSource,
    hashDigest: null,
  };
}
