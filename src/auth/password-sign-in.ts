import { Injectable } from '@nestjs/common';
import { IdentityProvider, type SignInAnswer } from '../cognito/identity-provider.js';
import { isAppError } from '../platform/errors/app-error.js';
import { MigrationLedger } from '../users/migration-ledger.js';
import { firstAccepted, PoolUsernames } from '../users/pool-usernames.js';
import { OldPasswordsService } from './old-passwords.service.js';

/** The first step of every sign-in: Cognito is asked about the password, which for a legacy user includes the move. */
@Injectable()
export class PasswordSignIn {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly oldPasswords: OldPasswordsService,
    private readonly ledger: MigrationLedger,
    private readonly usernames: PoolUsernames,
  ) {}

  /**
   * @param email normalised
   * @returns Cognito's answer, and the user name that it was given
   * @throws AppError `passwords.reset_required`, what `PoolUsernames.of` and `IdentityProvider.signIn` throw
   */
  async ask(email: string, password: string): Promise<NamedAnswer> {
    try {
      return await this.askOrRestore(email, password);
    } catch (refusal) {
      const reason = brokenBy(refusal);
      if (reason) this.ledger.recordBrokenMove(email, reason);
      throw refusal;
    }
  }

  private async askOrRestore(email: string, password: string): Promise<NamedAnswer> {
    try {
      return await this.askByName(email, password);
    } catch (refusal) {
      if (!isAppError(refusal, 'auth.invalid_credentials')) throw refusal;
      if (!(await this.oldPasswords.restore(email, password))) throw refusal;
      return this.askByName(email, password);
    }
  }

  private async askByName(email: string, password: string): Promise<NamedAnswer> {
    const names = await this.usernames.candidates(email);
    return firstAccepted(names, ['auth.invalid_credentials'], async (username) => ({
      answer: await this.identityProvider.signIn(username, password),
      username,
    }));
  }
}

/** Cognito's answer to a user name. */
export interface NamedAnswer {
  answer: SignInAnswer;
  username: string;
}

/** What a refusal says about the move of a legacy user whose password had just been found right. */
function brokenBy(refusal: unknown): 'not_created' | 'answer_lost' | undefined {
  if (isAppError(refusal, 'auth.invalid_credentials', 'internal')) return 'not_created';
  return isAppError(refusal, 'cognito.unavailable') ? 'answer_lost' : undefined;
}
