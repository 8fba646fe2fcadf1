import { Injectable } from '@nestjs/common';
import type { ChangePasswordRequest } from '#contracts';
import { mayHaveSucceeded } from '../cognito/cognito-errors.js';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { Clock } from '../common/clock/clock.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import type { Language } from '../i18n/languages.js';
import { CurrentUserService } from '../users/current-user.service.js';
import { validateNewPassword } from '../credentials/password-policy.js';
import { PasswordRestores } from '../credentials/password-restores.js';
import { PasswordChangeCompletionJob } from './completion/password-change-completion.job.js';
import {
  type NewPasswordChange,
  type PasswordChange,
  PasswordChangesRepository,
} from './persistence/password-changes.repository.js';

export { passwordChangesQueue } from './persistence/password-changes.repository.js';

/** Milliseconds. A restore takes two requests to Cognito. */
const longestWait = 5000;
const pollMs = 200;

/** Seconds. */
const retryAfter = 5;

type RequestedChange = Omit<NewPasswordChange, 'email' | 'poolStatus' | 'poolModifiedAt'>;

interface ChangeCommand {
  /** Sends the command to Cognito. */
  send: () => Promise<void>;
  /** Finds the owner's `sub` after Cognito has accepted the password, if the pool user could not be read before. */
  findSub?: (email: string) => Promise<string | null>;
}

/** Sets passwords at Cognito. A record in the database lets another process complete the change after a crash. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly directory: UserDirectory,
    private readonly currentUser: CurrentUserService,
    private readonly changes: PasswordChangesRepository,
    private readonly completion: PasswordChangeCompletionJob,
    private readonly restores: PasswordRestores,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes the caller's password.
   * @throws AppError `passwords.blank`, `passwords.confirmation_mismatch`; `passwords.reset_required` when the current password is
   * right, but begins or ends with white space; then what `CurrentUserService.resolve`, `setPassword` and
   * `IdentityProvider.changePassword` throw
   */
  async change(caller: Principal, request: ChangePasswordRequest, language: Language): Promise<void> {
    const { currentPassword } = request;
    const password = validateNewPassword(request);
    await this.currentUser.resolve(caller);
    const { sub, username, originJti: keep = null, authTime, accessToken } = caller;
    try {
      await this.setPassword(
        { kind: 'change', username, sub, keep, authTime, language, removeMfa: false },
        { send: () => this.identityProvider.changePassword(accessToken, currentPassword, password) },
      );
    } catch (refusal) {
      if (isAppError(refusal, 'auth.invalid_credentials') && !isAccepted(currentPassword))
        await this.requireReset(username, currentPassword, refusal);
      throw refusal;
    }
  }

  /**
   * Resolves once Cognito has set the password, even if the database is unavailable by then: the follow-ups are retried.
   * @throws AppError `overloaded` or `cognito.unavailable` before the command is sent; what `send` throws
   */
  async setPassword(requested: RequestedChange, { send, findSub }: ChangeCommand): Promise<void> {
    const change = await this.record(requested);
    try {
      await send();
    } catch (error) {
      if (!mayHaveSucceeded(error)) await this.completion.drop(change);
      throw error;
    }
    await this.completion.finish(change, findSub);
  }

  /** Waits while a restore is in progress, which would replace the new password with the legacy one. */
  private async record(requested: RequestedChange): Promise<PasswordChange> {
    for (let waited = 0; waited <= longestWait; waited += pollMs) {
      const before = await findIfPermitted(this.directory, requested.username);
      const email = before?.email ?? requested.username;
      const change = await this.restores.recordChange(email, () =>
        this.changes.insert({
          ...requested,
          email,
          sub: requested.sub ?? before?.sub ?? null,
          poolStatus: before?.status ?? null,
          poolModifiedAt: before?.modifiedAt ?? null,
        }),
      );
      if (change) return change;
      await this.clock.sleep(pollMs);
    }
    throw new AppError('overloaded', { retryAfter });
  }

  /**
   * A legacy password that ChangePassword does not accept still signs in, so only a sign-in tells whether it is right.
   * @throws AppError `passwords.reset_required` if it is; what `IdentityProvider.signIn` throws
   */
  private async requireReset(username: string, password: string, cause: AppError): Promise<never> {
    const answer = await this.identityProvider.signIn(username, password);
    if (answer.kind === 'tokens') await this.identityProvider.revoke(answer.tokens.refreshToken);
    throw new AppError('passwords.reset_required', { cause });
  }
}

/** Cognito's pattern of a password (API reference, ChangePassword: `[\S]+.*[\S]+`). */
const isAccepted = (password: string): boolean => /^\S+.*\S+$/.test(password);

/** @returns the pool user; `undefined` if there is none, or without AWS credentials */
export async function findIfPermitted(
  directory: UserDirectory,
  username: string,
): Promise<PoolUser | undefined> {
  try {
    return await directory.find(username);
  } catch (error) {
    if (isAppError(error, 'cognito.credentials_missing')) return undefined;
    throw error;
  }
}
