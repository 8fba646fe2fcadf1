import { createHash } from 'node:crypto';
import { canonicalEmail, emailSpellings, type UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, Raw } from 'typeorm';
import { Database } from '../../common/database/database.js';
import { findRevocationGeneration, lockUser, revokeEmailChanges } from '../../users/revoke-confirmations.js';
import { ConfirmationEntity } from '../../users/confirmation.entities.js';
import * as sql from './confirmations.sql.js';

export type ConfirmationPurpose = 'sign-up' | 'email-change';

/** Password hash and names of a sign-up. */
export interface SignUpData {
  /** ID of the sign-up's own confirmation. */
  id?: number;
  passwordHash: string | null;
  firstName: string | null;
  lastName: string | null;
}

export interface NewConfirmation extends Partial<SignUpData> {
  token: string;
  /** Token of the link in the notice mail that cancels the change. */
  cancelToken?: string;
  userId: UserId;
  purpose: ConfirmationPurpose;
  /** Normalised address that the link proves. */
  email: string;
  passwordTag?: number;
  /** Seconds. */
  lifetime: number;
}

/** A sign-up confirmation without a hash is a resent link. */
export interface Confirmation extends SignUpData {
  id: number;
  userId: UserId;
  purpose: ConfirmationPurpose;
  email: string;
  used: boolean;
  /** Expired, revoked, or tried with too many wrong passwords. */
  void: boolean;
}

/** A user's row, locked until the end of the transaction. */
export interface LockedUser {
  email: string;
  sub: string | null;
  disabled: boolean;
  confirmed: boolean;
  passwordHash: string;
  /** Whether the row has the address passed to `lockUser`. */
  hasEmail: boolean;
}

type Row<Type> = Type & { [column: string]: unknown };

/** An earlier revocation keeps its time. */
const revokedAt = () => 'coalesce(revoked_at, now())';

// A token has 256 random bits, so a plain digest is enough.
const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Mailed links, the sign-ups and e-mail changes that they confirm, and the leases of e-mail changes in Cognito. */
@Injectable()
export class ConfirmationsRepository {
  constructor(private readonly database: Database) {}

  /** Runs `work` in a transaction that holds the lock of this address. @param email in any spelling */
  transaction<Result>(email: string, work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(async () => {
      await this.database.query(sql.lockAddress, [canonicalEmail(email)]);
      return work();
    });
  }

  /** Runs `work` in a transaction that locks the user's row. @param email compared with the row's for `hasEmail` */
  forUser<Result>(
    userId: UserId,
    email: string,
    work: (user: LockedUser | undefined) => Promise<Result>,
  ): Promise<Result> {
    return this.database.transaction(async () => work(await this.lockUser(userId, email)));
  }

  /** To be called in a transaction. */
  lockUser(userId: UserId, email: string): Promise<LockedUser | undefined> {
    return this.database.queryOne<Row<LockedUser>>(lockUser, [userId, emailSpellings(email)]);
  }

  async insert({ token, cancelToken, ...confirmation }: NewConfirmation): Promise<void> {
    const { userId, purpose, email, lifetime, passwordTag } = confirmation;
    const { passwordHash = null, firstName = null, lastName = null } = confirmation;
    const cancelDigest = cancelToken === undefined ? null : digest(cancelToken);
    const row = {
      ...{ tokenDigest: digest(token), userId, purpose, email, passwordHash, firstName, lastName },
      expiresAt: () => `now() + interval '1 second' * ${Number(lifetime)}`,
      ...{ passwordTag: passwordTag ?? null, cancelDigest },
    };
    await this.database.with(ConfirmationEntity, (confirmations) => confirmations.insert(row));
    await this.database.query(sql.removeOld);
  }

  find(token: string): Promise<Confirmation | undefined> {
    return this.one(sql.find, digest(token));
  }

  /** Reads the current state of the confirmation. */
  findAgain({ id }: Confirmation): Promise<Confirmation | undefined> {
    return this.one(sql.findById, id);
  }

  findByCancelToken(token: string): Promise<Confirmation | undefined> {
    return this.one(sql.findByCancelToken, digest(token));
  }

  wasMailedWithin(userId: UserId, seconds: number): Promise<boolean> {
    const createdAt = Raw((column) => `${column} > now() - make_interval(secs => :seconds)`, { seconds });
    return this.database.with(ConfirmationEntity, (confirmations) =>
      confirmations.existsBy({ userId, purpose: 'sign-up', usedAt: IsNull(), createdAt }),
    );
  }

  /** @param tags of the entered password (`passwordTags`) */
  signUpsOfResentLink(id: number, tags: number[], most: number): Promise<SignUpData[]> {
    return this.database.query<Row<SignUpData>>(sql.signUpsOfResentLink, [id, tags, most]);
  }

  /** Counts an attempt. @returns `false` when the link is used or void */
  async countPassword(id: number): Promise<boolean> {
    return (await this.database.query(sql.countPassword, [id])).length > 0;
  }

  async uncountPassword(id: number): Promise<void> {
    await this.database.with(ConfirmationEntity, (confirmations) =>
      confirmations.decrement({ id, wrongPasswords: MoreThan(0) }, 'wrongPasswords', 1),
    );
  }

  /** @param matched the sign-up that a resent link confirms; its own confirmation is used up too */
  async use({ id, userId, purpose }: Confirmation, matched = id): Promise<void> {
    await this.database.query(sql.use, [[id, matched]]);
    await this.database.query(sql.removeOthers, [userId, purpose, id]);
  }

  /** Deletes a batch. @returns whether there may be more */
  async deleteObsoleteSignUpData(): Promise<boolean> {
    return (await this.database.query(sql.deleteObsoleteSignUpData)).length > 0;
  }

  /** A newer request replaces them. The rows stay, because the link of an earlier notice must still cancel the newer request. */
  async supersedeEmailChanges(userId: UserId): Promise<void> {
    const pending = { userId, purpose: 'email-change', usedAt: IsNull() } as const;
    await this.database.with(ConfirmationEntity, (confirmations) =>
      confirmations.update(pending, { revokedAt }),
    );
  }

  /** Whether or not Cognito has applied the change already. */
  async revoke({ id }: Confirmation): Promise<void> {
    await this.database.with(ConfirmationEntity, (confirmations) =>
      confirmations.update({ id, usedAt: IsNull() }, { revokedAt }),
    );
  }

  /** @returns a number that changes whenever the user's pending e-mail changes are revoked */
  generation(userId: UserId): Promise<number> {
    return findRevocationGeneration(this.database, userId);
  }

  /** @returns whether one was pending */
  revokeEmailChanges(userId: UserId): Promise<boolean> {
    return revokeEmailChanges(this.database, { id: userId });
  }

  /**
   * The user's row must be locked.
   * @returns `undefined` when the lease was not acquired; `first` when Cognito certainly does not have the new address yet
   */
  acquireLease({ id }: Confirmation): Promise<{ first: boolean } | undefined> {
    return this.database.queryOne(sql.acquireLease, [id]);
  }

  /** @param untouched whether Cognito certainly does not have the new address */
  async releaseLease(id: number, untouched: boolean): Promise<void> {
    const applyingUntil = untouched ? null : () => 'now()';
    await this.database.with(ConfirmationEntity, (confirmations) =>
      confirmations.update({ id }, { applyingUntil }),
    );
  }

  /** @returns a revoked change that Cognito may have applied */
  findRollback(): Promise<Confirmation | undefined> {
    return this.database.queryOne<Row<Confirmation>>(sql.findRollback);
  }

  /** The user's row must be locked. @returns `undefined` when the lease was not acquired */
  acquireRollbackLease({ id }: Confirmation): Promise<{ stuck: boolean } | undefined> {
    return this.database.queryOne(sql.acquireRollbackLease, [id]);
  }

  /** @param certain whether no request to Cognito can still be in flight @returns whether the rollback is complete */
  async finishRollback({ id }: Confirmation, certain: boolean): Promise<boolean> {
    return (await this.database.query(sql.finishRollback, [id, certain])).length > 0;
  }

  private one(statement: typeof sql.find, value: unknown): Promise<Confirmation | undefined> {
    return this.database.queryOne<Row<Confirmation>>(statement, [value]);
  }
}
