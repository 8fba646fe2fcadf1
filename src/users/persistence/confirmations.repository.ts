import { createHash } from 'node:crypto';
import { canonicalEmail, emailSpellings } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import {
  findRevocationGeneration,
  revokeConfirmations,
  revokeEmailChanges,
} from '../revoke-confirmations.js';
import * as sql from './confirmations.sql.js';

export type ConfirmationPurpose = 'sign-up' | 'email-change';

/** The password and the names of a sign-up. */
export interface SignUpData {
  /** Of its own confirmation. */
  id?: number;
  passwordHash: string | null;
  firstName: string | null;
  lastName: string | null;
}

export interface NewConfirmation extends Partial<SignUpData> {
  token: string;
  /** Of the notice mail that can cancel it. */
  cancelToken?: string;
  userId: number;
  purpose: ConfirmationPurpose;
  /** Normalised; what the token's owner has shown to read. */
  email: string;
  passwordTag?: number;
  /** Seconds. */
  lifetime: number;
}

/** A sign-up without a hash is a link that was sent again. */
export interface Confirmation extends SignUpData {
  id: number;
  userId: number;
  purpose: ConfirmationPurpose;
  email: string;
  used: boolean;
  /** Expired, revoked, or guessed at too often. */
  void: boolean;
}

/** The row of a person, locked until the end of the transaction. */
export interface LockedUser {
  email: string;
  sub: string | null;
  disabled: boolean;
  confirmed: boolean;
  passwordHash: string;
  /** Whether it has the address that was asked for. */
  hasEmail: boolean;
}

// A token has 256 random bits, so a plain digest is enough.
const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

@Injectable()
export class ConfirmationsRepository {
  constructor(private readonly database: Database) {}

  /** A transaction in which nobody else works on what this address waits for. @param email in any spelling */
  transaction<Result>(email: string, work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(async () => {
      await this.database.query(sql.lockAddress, [canonicalEmail(email)]);
      return work();
    });
  }

  /** A transaction in which only this one works on the person's confirmations. @param email to compare with the row's */
  forUser<Result>(
    userId: number,
    email: string,
    work: (user: LockedUser | undefined) => Promise<Result>,
  ): Promise<Result> {
    return this.database.transaction(async () => work(await this.lockUser(userId, email)));
  }

  /** Part of the transaction under way. */
  lockUser(userId: number, email: string): Promise<LockedUser | undefined> {
    return this.database.queryOne<LockedUser & { [column: string]: unknown }>(sql.lockUser, [
      userId,
      emailSpellings(email),
    ]);
  }

  async insert({ token, cancelToken, ...confirmation }: NewConfirmation): Promise<void> {
    const { userId, purpose, email, lifetime, passwordTag } = confirmation;
    const { passwordHash = null, firstName = null, lastName = null } = confirmation;
    const cancelDigest = cancelToken === undefined ? null : digest(cancelToken);
    const signUp = [passwordHash, firstName, lastName];
    const values = [digest(token), userId, purpose, email, ...signUp, lifetime, passwordTag, cancelDigest];
    await this.database.query(sql.insert, values);
    await this.database.query(sql.removeOld);
  }

  find(token: string): Promise<Confirmation | undefined> {
    return this.one(sql.find, digest(token));
  }

  /** As it is now. */
  findAgain({ id }: Confirmation): Promise<Confirmation | undefined> {
    return this.one(sql.findById, id);
  }

  findByCancelToken(token: string): Promise<Confirmation | undefined> {
    return this.one(sql.findByCancelToken, digest(token));
  }

  async wasMailedWithin(userId: number, seconds: number): Promise<boolean> {
    return (await this.database.query(sql.wasMailedWithin, [userId, seconds])).length > 0;
  }

  /** @param tags of the password that was typed */
  signUpsOfResentLink(id: number, tags: number[], most: number): Promise<SignUpData[]> {
    return this.database.query<SignUpData & { [column: string]: unknown }>(sql.signUpsOfResentLink, [
      id,
      tags,
      most,
    ]);
  }

  /** Whether one more password may be tried. */
  async countPassword(id: number): Promise<boolean> {
    return (await this.database.query(sql.countPassword, [id])).length > 0;
  }

  async uncountPassword(id: number): Promise<void> {
    await this.database.query(sql.uncountPassword, [id]);
  }

  /** @param matched the sign-up that a link confirms which was sent again: its own link is used with it */
  async use({ id, userId, purpose }: Confirmation, matched = id): Promise<void> {
    await this.database.query(sql.use, [[id, matched]]);
    await this.database.query(sql.removeOthers, [userId, purpose, id]);
  }

  async supersedeEmailChanges(userId: number): Promise<void> {
    await this.database.query(sql.supersedeEmailChanges, [userId]);
  }

  /** Without its effect, whatever Cognito has heard of it. */
  async revoke({ id }: Confirmation): Promise<void> {
    await this.database.query(sql.revoke, [id]);
  }

  /** Changes whenever a person's pending changes of address are revoked. */
  generation(userId: number): Promise<number> {
    return findRevocationGeneration(this.database, userId);
  }

  /** @returns whether one was pending */
  revokeEmailChanges(userId: number): Promise<boolean> {
    return revokeEmailChanges(this.database, { id: userId });
  }

  /** Sign-ups too. */
  revokeAll(userId: number): Promise<void> {
    return revokeConfirmations(this.database, { id: userId });
  }

  private one(statement: typeof sql.find, value: unknown): Promise<Confirmation | undefined> {
    return this.database.queryOne<Confirmation & { [column: string]: unknown }>(statement, [value]);
  }
}
