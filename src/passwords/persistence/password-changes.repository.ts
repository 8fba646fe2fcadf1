import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Language } from '../../platform/texts/languages.js';
import * as sql from './password-changes.sql.js';

/** A new password that Cognito is asked to set. */
export interface NewPasswordChange {
  kind: 'reset' | 'change';
  /** As Cognito is asked. */
  username: string;
  /** As the pool has it, where that is known; otherwise as it was typed. */
  email: string;
  sub: string | null;
  /** The caller's token family, which goes on. */
  keep: string | null;
  /** Of the caller's session. */
  authTime: number | null;
  language: Language;
  /** How the pool had the user before, where that is known. */
  poolStatus: string | null;
  poolModifiedAt: Date | null;
}

export interface PasswordChange extends NewPasswordChange {
  id: string;
  /** PostgreSQL's time, before Cognito was asked. */
  createdAt: Date;
}

/** One that this process has taken on to finish. */
export interface TakenPasswordChange extends PasswordChange {
  /** Here; Cognito may still have to end the sessions of other products. */
  completed: boolean;
  /** Since Cognito's yes; `null` where its answer is not known. */
  acceptedSecondsAgo: number | null;
  /** With this one. */
  tries: number;
}

/** Changes of passwords that are not finished. */
@Injectable()
export class PasswordChangesRepository {
  constructor(private readonly database: Database) {}

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /** Nobody else takes it for a minute. */
  async insert(change: NewPasswordChange): Promise<PasswordChange> {
    const id = randomUUID();
    const { kind, username, email, sub, keep, authTime, language } = change;
    const before = [change.poolStatus, change.poolModifiedAt];
    const row = await this.database.queryOne<{ createdAt: Date }>(sql.insert, [
      ...[id, kind, username, email, sub, keep, authTime, language],
      ...before,
    ]);
    if (row === undefined) throw new TypeError('an insert without a row');
    return { ...change, id, ...row };
  }

  /** Cognito said yes. */
  async accept(id: string, secondsAgo: number): Promise<void> {
    await this.database.query(sql.accept, [id, secondsAgo]);
  }

  async remove(id: string): Promise<void> {
    await this.database.query(sql.remove, [id]);
  }

  /** Whether it was still to be completed. */
  async complete(id: string, sub: string | null): Promise<boolean> {
    return (await this.database.query(sql.complete, [id, sub])).length > 0;
  }

  async removeEarlier(id: string): Promise<void> {
    await this.database.query(sql.removeEarlier, [id]);
  }

  /** One that is due. Nobody else takes it for a minute. */
  take(): Promise<TakenPasswordChange | undefined> {
    return this.database.queryOne<TakenPasswordChange & { [column: string]: unknown }>(sql.take);
  }
}
