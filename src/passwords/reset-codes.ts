import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { firstAccepted, PoolUsernames } from '../users/pool-usernames.js';

/** Cognito's reset codes, for the owner of an address in whatever spelling. */
@Injectable()
export class ResetCodes {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly usernames: PoolUsernames,
  ) {}

  /** Says nothing about whether there is somebody to send one to. */
  async send(email: string): Promise<void> {
    for (const username of await this.usernames.candidates(email))
      await this.identityProvider.forgotPassword(username);
  }

  /** @throws AppError what `IdentityProvider.confirmForgotPassword` throws */
  async confirm(email: string, code: string, password: string): Promise<void> {
    const names = await this.usernames.candidates(email);
    await firstAccepted(names, ['passwords.code_wrong', 'passwords.code_expired'], (username) =>
      this.identityProvider.confirmForgotPassword(username, code, password),
    );
  }
}
