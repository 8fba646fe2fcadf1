import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { UsersService } from '../../users/users.service.js';
import { type Session, type SessionOfToken, SessionsRepository } from '../persistence/sessions.repository.js';
import { type Bearer, SignOutTimes } from '../sign-out-times.js';
import { Endings } from './endings.js';

/** Finds the session of whoever calls, and ends it where it must not go on. */
@Injectable()
export class LiveSessions {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: UsersService,
    private readonly endings: Endings,
    private readonly signOuts: SignOutTimes,
  ) {}

  /** @throws AppError `auth.token_invalid` */
  async ofCookie(secret: string): Promise<Session> {
    const session = await this.sessions.findByCookie(secret);
    if (session === undefined || session.ended) throw new AppError('auth.token_invalid');
    await this.assertGoesOn(session);
    return session;
  }

  /** `undefined` for a token of a session that did not begin here. @throws AppError `auth.token_invalid` */
  async ofRefreshToken(refreshToken: string): Promise<SessionOfToken | undefined> {
    const session = await this.sessions.findByRefreshToken(refreshToken);
    if (session === undefined) return undefined;
    if (session.ended) throw new AppError('auth.token_invalid');
    if (session.reused) {
      await this.endings.endReused(session);
      throw new AppError('auth.token_invalid');
    }
    await this.assertGoesOn(session);
    return session;
  }

  /** For a session without a row. Asks the database, and no memory that may be a second old. */
  async isOver(bearer: Bearer): Promise<boolean> {
    const user = await this.users.findBySub(bearer.sub);
    return user?.disabled === true || this.signOuts.refusesByDatabase(bearer);
  }

  private async assertGoesOn(session: Session): Promise<void> {
    if (session.expired) {
      await this.endings.endQuietly(session, 'expired');
      throw new AppError('auth.token_invalid');
    }
    const user = await this.users.findBySub(session.sub);
    // The pool user can belong to another row by now.
    if (user === undefined || user.disabled || user.id !== session.userId) {
      await this.endings.endQuietly(session, 'user disabled');
      throw new AppError('auth.token_invalid');
    }
  }
}
