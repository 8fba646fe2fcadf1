import { Injectable } from '@nestjs/common';
import type { SessionMode } from '#contracts';
import type { Tokens } from '../cognito/identity-provider.js';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { type Device, storableAddress } from '../sessions/session-device.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { SignInStart } from '../sessions/sign-out-times.js';
import { SignInTracking } from '../users/sign-in-tracking.js';
import { UserLinkingService } from '../users/user-linking.service.js';
import type { User } from '../users/user.js';

/** Somebody whom Cognito and our table agree on. */
export interface SignedIn {
  user: User;
  tokens: Tokens;
  /** For the session cookie; without it the caller keeps the tokens. */
  cookieSecret: string | undefined;
}

/** What happens once Cognito has said yes: our row is asked too. */
@Injectable()
export class AdmissionService {
  constructor(
    private readonly tokenVerifier: TokenVerifier,
    private readonly linking: UserLinkingService,
    private readonly sessions: SessionsService,
    private readonly tracking: SignInTracking,
  ) {}

  /**
   * Whoever we refuse must not keep the refresh token that Cognito has just issued.
   * @throws AppError `auth.invalid_credentials`, `auth.account_link_conflict`, `cognito.unexpected_answer`
   */
  async admit(
    tokens: Tokens,
    how: { mode: SessionMode; device: Device; start: SignInStart },
  ): Promise<SignedIn> {
    try {
      const user = await this.linking.link(await this.tokenVerifier.verifyIdToken(tokens.idToken));
      const { cookieSecret } = await this.sessions.begin(user, tokens, how);
      this.tracking.record(user.id, storableAddress(how.device.address));
      return { user, tokens, cookieSecret };
    } catch (refusal) {
      await this.sessions.endRefused(tokens.refreshToken);
      throw refusal;
    }
  }
}
