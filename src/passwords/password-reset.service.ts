import { normaliseCode, normaliseEmail, type ResetPasswordRequest } from '#contracts';
import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { type InvalidField, isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import type { Language } from '../i18n/languages.js';
import { isBlank, validateNewPassword } from '../credentials/password-policy.js';
import { SignUpConfirmationService } from '../registration/sign-up-confirmation.service.js';
import { LegacyAccounts } from '../legacy/legacy-accounts.js';
import { firstAccepted, PoolUsernames } from '../users/pool-usernames.js';
import { PoolUserGateway } from '../users/pool-user.gateway.js';
import type { AccountState } from '../users/user.js';
import { UsersService } from '../users/users.service.js';
import { findIfPermitted, PasswordChangeService } from './password-change.service.js';

/** Starts a password reset, for an address in any spelling: Cognito mails a code (docs/adr/0014-addresses.md). */
@Injectable()
export class ForgotPasswordService {
  constructor(
    private readonly accounts: LegacyAccounts,
    private readonly signUps: SignUpConfirmationService,
    private readonly directory: UserDirectory,
    private readonly poolUsers: PoolUserGateway,
    private readonly usernames: PoolUsernames,
    private readonly identityProvider: IdentityProvider,
  ) {}

  /**
   * Lets Cognito mail a reset code. Does not reveal whether the user exists.
   * @throws AppError `legacy.unavailable` for everyone who has not migrated
   */
  async begin(email: string, language: Language): Promise<void> {
    const address = normaliseEmail(email);
    if ((await this.prepareReset(address, language)) === 'handled') return;
    for (const username of await this.usernames.candidates(address))
      await this.identityProvider.forgotPassword(username, language);
  }

  /**
   * Prepares users whose pool status does not allow ForgotPassword: resends a confirmation or an invitation where a reset code
   * cannot work, and deletes an unconfirmed pool user that holds the address of a confirmed legacy user.
   * @param email normalised
   * @returns `handled` if Cognito must not send a code
   */
  private async prepareReset(email: string, language: Language): Promise<'send-code' | 'handled'> {
    const account = await this.accounts.findCurrentState(email);
    if (account?.user.disabled) return 'handled';
    if (account && !account.confirmed && account.user.sub === null) {
      await this.signUps.resend(email, language);
      return 'handled';
    }
    const poolUser = await findIfPermitted(this.directory, email);
    return poolUser === undefined ? 'send-code' : this.preparePoolUser(poolUser, account, language);
  }

  private async preparePoolUser(poolUser: PoolUser, account: AccountState | undefined, language: Language) {
    if (!poolUser.enabled || (await this.poolUsers.isLinkedToAnotherRow(poolUser, account?.user)))
      return 'handled';
    if (poolUser.status === 'FORCE_CHANGE_PASSWORD') {
      await this.directory.inviteAgain(poolUser.username, language);
      return 'handled';
    }
    if (account?.confirmed) await this.poolUsers.deleteUnconfirmed(poolUser, account.user);
    return 'send-code';
  }
}

/** Finishes a password reset: sets the new password with Cognito's code. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly usernames: PoolUsernames,
    private readonly changes: PasswordChangeService,
    private readonly users: UsersService,
    private readonly verifier: TokenVerifier,
    private readonly log: Log,
  ) {}

  /**
   * @param email address of the reset in progress, if known
   * @throws AppError the first of the four refusals, with all of them in `errors`; then Cognito's errors for the code and
   * the password; `overloaded` if the database is unavailable before the command is sent
   */
  async finish(request: ResetPasswordRequest, email: string | undefined, language: Language): Promise<void> {
    // Optional members may also be null.
    const { code, removeMfa } = request;
    const password = validateNewPassword(request, missingCodeErrors(code, email));
    const username = normaliseEmail(email ?? '');
    await this.changes.setPassword(
      {
        kind: 'reset',
        username,
        sub: null,
        keep: null,
        authTime: null,
        language,
        removeMfa: removeMfa ?? false,
      },
      {
        send: () => this.confirm(username, normaliseCode(code ?? '').trim(), password),
        findSub: (address) => this.findSub(address, password),
      },
    );
  }

  /** @throws AppError what `IdentityProvider.confirmForgotPassword` throws */
  private async confirm(email: string, code: string, password: string): Promise<void> {
    const names = await this.usernames.candidates(email);
    await firstAccepted(names, ['passwords.code_wrong'], (username) =>
      this.identityProvider.confirmForgotPassword(username, code, password),
    );
  }

  /**
   * Finds the pool user of a reset password without AWS credentials, which reading the pool requires.
   * @returns the `sub` that the new password signs in; if Cognito refuses the sign-in, the `sub` of the row with this address
   * @throws AppError `cognito.unavailable`, `overloaded`; the caller can retry
   */
  private async findSub(email: string, password: string): Promise<string | null> {
    try {
      return await this.subOfSignIn(email, password);
    } catch (error) {
      if (isAppError(error, 'cognito.unavailable', 'overloaded')) throw error;
      this.log.warn('failed to find the pool user of a password reset by sign-in', { error });
      return (await this.users.findByEmail(email))?.sub ?? null;
    }
  }

  /** Revokes the refresh token at once. Cognito sends a challenge, which names the user, for the right password only. */
  private async subOfSignIn(email: string, password: string): Promise<string | null> {
    const names = await this.usernames.candidates(email);
    const answer = await firstAccepted(names, ['auth.invalid_credentials'], (username) =>
      this.identityProvider.signIn(username, password),
    );
    if (answer.kind === 'challenge') return answer.challenge.parameters.USER_ID_FOR_SRP ?? null;
    const { sub } = await this.verifier.verifyIdToken(answer.tokens.idToken);
    await this.identityProvider.revoke(answer.tokens.refreshToken);
    return sub;
  }
}

function missingCodeErrors(code: string | undefined, email: string | undefined): InvalidField[] {
  const errors: InvalidField[] = [];
  if (isBlank(code))
    errors.push({ field: 'code', problem: 'passwords.code_missing', message: 'code.missing' });
  if (isBlank(email))
    errors.push({ field: 'email', problem: 'passwords.reset_not_started', message: 'reset.missing' });
  return errors;
}
