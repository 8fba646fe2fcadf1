import { Injectable } from '@nestjs/common';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { AppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { UsersService } from '../users/users.service.js';
import { type Session, type SessionOfToken, SessionsRepository } from './persistence/sessions.repository.js';
import { SessionRevocationService } from './session-revocation.service.js';
import { type Bearer, SignOutTimes } from './sign-out-times.js';
import { TokenReuseService } from './token-reuse.service.js';

/** Finds live sessions, and revokes those that have expired or whose user is disabled. */
@Injectable()
export class SessionValidator {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: UsersService,
    private readonly revocations: SessionRevocationService,
    private readonly signOutTimes: SignOutTimes,
    private readonly reuse: TokenReuseService,
    private readonly verifier: TokenVerifier,
  ) {}

  /** @throws AppError `auth.token_invalid` */
  async ofCookie(secret: string): Promise<Session> {
    const session = await this.sessions.findByCookie(secret);
    if (session === undefined || session.revoked) throw new AppError('auth.token_invalid');
    await this.assertLive(session);
    return session;
  }

  /**
   * @returns `undefined` for a token that Usher did not issue
   * @throws AppError `auth.token_invalid`
   */
  async ofRefreshToken(refreshToken: string): Promise<SessionOfToken | undefined> {
    const session = await this.sessions.findByRefreshToken(refreshToken);
    if (session === undefined) return undefined;
    if (session.revoked) throw new AppError('auth.token_invalid');
    if (session.reused) {
      await this.reuse.revokeReused(session, 'replaced_token');
      throw new AppError('auth.token_invalid');
    }
    await this.assertLive(session);
    return session;
  }

  /**
   * For a session without a row. Reads the database, because the sign-outs in memory may be 1 second old.
   * @returns whether the user is disabled, the family is revoked or a sign-out refuses the token
   * @throws AppError `overloaded`
   */
  async isRevoked(bearer: Bearer): Promise<boolean> {
    const user = await this.users.findBySub(bearer.sub);
    return user?.disabled === true || this.signOutTimes.refusesByDatabase(bearer);
  }

  /** @throws AppError `auth.token_invalid` for an access token that is expired or signed with a removed key */
  async toPrincipal({ originJti }: Session, accessToken: string): Promise<Principal> {
    const { expiresAt, ...claims } = await this.verifier.verifyAccessToken(accessToken);
    return { ...claims, originJti, accessToken };
  }

  private async assertLive(session: Session): Promise<void> {
    if (session.expired) {
      await this.revocations.revokeBestEffort(session, 'expired');
      throw new AppError('auth.token_invalid');
    }
    const user = await this.users.findBySub(session.sub);
    // The pool user may have been linked to another row since.
    if (user === undefined || user.disabled || user.id !== session.userId) {
      await this.revocations.revokeBestEffort(session, 'user disabled');
      throw new AppError('auth.token_invalid');
    }
  }
}
