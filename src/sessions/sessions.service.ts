import { Injectable } from '@nestjs/common';
import type { SessionMode } from '#contracts';
import type { Tokens } from '../cognito/identity-provider.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import type { User } from '../users/user.js';
import { Beginnings } from './lifecycle/beginnings.js';
import { CookieSessions } from './lifecycle/cookie-sessions.js';
import { Endings } from './lifecycle/endings.js';
import { TokenSessions } from './lifecycle/token-sessions.js';
import type { Device } from './session-device.js';
import type { SignInStart } from './sign-out-times.js';

/** Token families: one signed-in device each. Ending them is the business of `SignOutService`. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly beginnings: Beginnings,
    private readonly tokenSessions: TokenSessions,
    private readonly cookieSessions: CookieSessions,
    private readonly endings: Endings,
  ) {}

  /** For a sign-in that begins now, before Cognito is asked. @throws AppError `overloaded` */
  startOfSignIn(): Promise<SignInStart> {
    return this.beginnings.start();
  }

  /** Has somebody signed out everywhere, or got a new password, since a sign-in began? Knows it within a second. */
  isSignedOutSince(sub: string, start: SignInStart): boolean {
    return this.beginnings.isSignedOutSince(sub, start);
  }

  /**
   * Writes the row of a sign-in that was admitted. In cookie mode the answer is the secret for the cookie.
   * Whoever calls must revoke the tokens when this throws.
   * @throws AppError `auth.invalid_credentials` where the person signed out everywhere after the sign-in had begun
   */
  begin(
    user: User,
    tokens: Tokens,
    how: { mode: SessionMode; device: Device; start: SignInStart },
  ): Promise<{ cookieSecret: string | undefined }> {
    return this.beginnings.begin(user, tokens, how);
  }

  /**
   * @throws AppError `auth.token_invalid` when the session has ended, has been unused for too long or is too old, when its
   * owner was disabled, or when the token was replaced long ago. `cognito.unavailable` ends nothing.
   */
  refresh(refreshToken: string): Promise<Tokens> {
    return this.tokenSessions.refresh(refreshToken);
  }

  /** @throws as `refresh` */
  refreshByCookie(secret: string): Promise<void> {
    return this.cookieSessions.refresh(secret);
  }

  /** Who sends this session cookie. Renews the access token when it is about to expire. @throws as `refresh` */
  callerOf(cookieSecret: string): Promise<Principal> {
    return this.cookieSessions.callerOf(cookieSecret);
  }

  /** Ends what Cognito began for somebody we refuse, before there is a row. Never fails. */
  endRefused(refreshToken: string): Promise<void> {
    return this.endings.revokeRefused(refreshToken);
  }
}
