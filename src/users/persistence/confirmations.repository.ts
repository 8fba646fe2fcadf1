import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { canonicalEmail } from '../../platform/email.js';
import * as sql from './confirmations.sql.js';

export type ConfirmationPurpose = 'sign-up' | 'email-change';

export interface NewConfirmation {
  token: string;
  userId: number;
  purpose: ConfirmationPurpose;
  /** Normalised; what the token's owner has shown to read. */
  email: string;
  /** What becomes of the row's hash: `null` leaves it, an empty text takes it away. */
  passwordHash?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  /** Seconds. */
  lifetime: number;
}

export interface Confirmation {
  id: number;
  userId: number;
  purpose: ConfirmationPurpose;
  email: string;
  passwordHash: string | null;
  firstName: string | null;
  lastName: string | null;
  used: boolean;
  expired: boolean;
}

export interface PendingSignUp {
  passwordHash: string | null;
  firstName: string | null;
  lastName: string | null;
  secondsAgo: number;
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

  async insert({ token, userId, purpose, email, lifetime, ...signUp }: NewConfirmation): Promise<void> {
    const { passwordHash = null, firstName = null, lastName = null } = signUp;
    const values = [digest(token), userId, purpose, email, passwordHash, firstName, lastName, lifetime];
    await this.database.query(sql.insert, values);
    await this.database.query(sql.removeOld);
  }

  find(token: string): Promise<Confirmation | undefined> {
    return this.database.queryOne(sql.find, [digest(token)]);
  }

  pendingSignUps(userId: number): Promise<PendingSignUp[]> {
    return this.database.query(sql.pendingSignUps, [userId]);
  }

  async use({ id, userId, purpose }: Confirmation): Promise<void> {
    await this.database.query(sql.use, [id]);
    await this.database.query(sql.removeOthers, [userId, purpose, id]);
  }

  async removeEmailChanges(userId: number): Promise<void> {
    await this.database.query(sql.removeOthers, [userId, 'email-change', 0]);
  }

  /** Whether it is this confirmation's turn. */
  async takeTurn({ id, userId }: Confirmation): Promise<boolean> {
    return (await this.database.query(sql.takeTurn, [id, userId])).length > 0;
  }

  async endTurn({ id }: Confirmation): Promise<void> {
    await this.database.query(sql.endTurn, [id]);
  }
}
