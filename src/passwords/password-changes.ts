import { Injectable } from '@nestjs/common';
import { mayHaveSucceeded } from '../cognito/ambiguous-outcome.js';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { PasswordChangeCompletionJob } from './completion/password-change-completion.job.js';
import { findIfAllowed } from './find-if-allowed.js';
import {
  type NewPasswordChange,
  type PasswordChange,
  PasswordChangesRepository,
} from './persistence/password-changes.repository.js';

type Wanted = Omit<NewPasswordChange, 'email' | 'poolStatus' | 'poolModifiedAt'>;

export interface Question {
  /** Asks Cognito. */
  ask: () => Promise<void>;
  /** Who it was, after Cognito's yes, where the pool could not be looked at before. */
  findSub?: (email: string) => Promise<string | null>;
}

/** Has Cognito set a new password, with a record that outlives this process. */
@Injectable()
export class PasswordChanges {
  constructor(
    private readonly changes: PasswordChangesRepository,
    private readonly unfinished: PasswordChangeCompletionJob,
    private readonly directory: UserDirectory,
  ) {}

  /**
   * Returns once Cognito has set it, also where the database is away by then: what follows is done as soon as it is back.
   * @throws AppError `overloaded` or `cognito.unavailable` before Cognito was asked; what `ask` throws
   */
  async make(wanted: Wanted, { ask, findSub }: Question): Promise<void> {
    const change = await this.record(wanted);
    try {
      await ask();
    } catch (error) {
      if (!mayHaveSucceeded(error)) await this.unfinished.drop(change);
      throw error;
    }
    await this.unfinished.finish(change, findSub);
  }

  private async record(wanted: Wanted): Promise<PasswordChange> {
    const before = await findIfAllowed(this.directory, wanted.username);
    return this.changes.insert({ ...wanted, ...stateOf(before), ...ownerOf(wanted, before) });
  }
}

const stateOf = (before: PoolUser | undefined) => ({
  poolStatus: before?.status ?? null,
  poolModifiedAt: before?.modifiedAt ?? null,
});

const ownerOf = ({ sub, username }: Wanted, before: PoolUser | undefined) => ({
  sub: sub ?? before?.sub ?? null,
  email: before?.email ?? username,
});
