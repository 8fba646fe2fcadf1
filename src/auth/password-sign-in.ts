import { Injectable } from '@nestjs/common';
import { IdentityProvider, type SignInAnswer } from '../cognito/identity-provider.js';
import { isAppError } from '../platform/errors/app-error.js';
import { MigrationLedger } from '../users/migration-ledger.js';
import { OldPasswordsService } from './old-passwords.service.js';

/** The first step of every sign-in: Cognito is asked about the password, which for a legacy user includes the move. */
@Injectable()
export class PasswordSignIn {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly oldPasswords: OldPasswordsService,
    private readonly ledger: MigrationLedger,
  ) {}

  /** @param email normalised @throws AppError `passwords.reset_required`, and what `IdentityProvider.signIn` throws */
  async ask(email: string, password: string): Promise<SignInAnswer> {
    try {
      return await this.askOrRestore(email, password);
    } catch (refusal) {
      const reason = brokenBy(refusal);
      if (reason) this.ledger.recordBrokenMove(email, reason);
      throw refusal;
    }
  }

  private async askOrRestore(email: string, password: string): Promise<SignInAnswer> {
    try {
      return await this.identityProvider.signIn(email, password);
    } catch (refusal) {
      if (!isAppError(refusal, 'auth.invalid_credentials')) throw refusal;
      if (!(await this.oldPasswords.restore(email, password))) throw refusal;
      return this.identityProvider.signIn(email, password);
    }
  }
}

/** What a refusal says about the move of a legacy user whose password had just been found right. */
function brokenBy(refusal: unknown): 'not_created' | 'answer_lost' | undefined {
  if (isAppError(refusal, 'auth.invalid_credentials', 'internal')) return 'not_created';
  return isAppError(refusal, 'cognito.unavailable') ? 'answer_lost' : undefined;
}
