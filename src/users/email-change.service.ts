import { canonicalEmail, type ChangeEmailRequest } from '#contracts';
import { Injectable } from '@nestjs/common';
import { IdentityProvider } from '../cognito/identity-provider.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import type { Language } from '../platform/texts/languages.js';
import { EmailChanges } from './confirmation/email-changes.js';
import { ProfileService } from './profile.service.js';

/** Asks for another address: the password first, then a click in the new mailbox. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly profiles: ProfileService,
    private readonly identityProvider: IdentityProvider,
    private readonly changes: EmailChanges,
  ) {}

  /**
   * Says nothing about whose address that may be. One's own cancels a pending change.
   * @throws AppError `auth.invalid_credentials`, and what `ProfileService.of` throws
   */
  async request(caller: Principal, request: ChangeEmailRequest, language: Language): Promise<void> {
    const user = await this.profiles.of(caller);
    const generation = await this.changes.generation(user);
    await this.checkPassword(caller, request.currentPassword);
    const email = canonicalEmail(request.email);
    if (email === canonicalEmail(user.email)) await this.changes.cancel(user);
    else await this.changes.begin({ user, email, generation }, language);
  }

  /** Cognito is asked by a sign-in, which nobody shall keep. A challenge comes after the right password only. */
  private async checkPassword({ username }: Principal, password: string): Promise<void> {
    const answer = await this.identityProvider.signIn(username, password);
    if (answer.kind === 'tokens') await this.identityProvider.revoke(answer.tokens.refreshToken);
  }
}
