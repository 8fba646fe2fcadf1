import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import { normaliseEmail, type SessionMode, SignInRequest } from '#contracts';
import { IdentityProvider, type SignInAnswer } from '../cognito/identity-provider.js';
import { Clock } from '../common/clock/clock.js';
import { isAppError } from '../common/errors/app-error.js';
import { CsrfGuard } from '../common/http/csrf.guard.js';
import { validateDto } from '../common/http/validate-dto.js';
import { SessionService } from '../sessions/session.service.js';
import { MigrationStatus } from '../users/migration-status.js';
import { firstAccepted, PoolUsernames } from '../users/pool-usernames.js';
import { LegacyPasswordRecovery } from './legacy-password-recovery.js';
import type { AnsweredSignIn } from './sign-in.service.js';

export const cognitoPassword = 'cognito-password';

/** Passport strategy: sends the e-mail and password of the body to Cognito, which migrates legacy users meanwhile. */
@Injectable()
export class CognitoPasswordStrategy extends PassportStrategy(passport.Strategy, cognitoPassword) {
  constructor(
    private readonly origins: CsrfGuard,
    private readonly sessions: SessionService,
    private readonly usernames: PoolUsernames,
    private readonly identityProvider: IdentityProvider,
    private readonly recovery: LegacyPasswordRecovery,
    private readonly migrations: MigrationStatus,
    private readonly clock: Clock,
  ) {
    super();
  }

  override authenticate(request: unknown): void {
    this.validate(request as FastifyRequest).then(
      (answered) => this.success(answered),
      (error: unknown) => this.error(error),
    );
  }

  /**
   * Guards run before pipes, so this validates the body.
   * @throws AppError `request.invalid`, `auth.csrf`, `auth.cookie_cross_site`, `auth.invalid_credentials`, `passwords.reset_required`, and what
   * `PoolUsernames.candidates` and `IdentityProvider.signIn` throw
   */
  async validate(request: FastifyRequest): Promise<AnsweredSignIn> {
    const { email: typed, password, session } = validateDto(SignInRequest, request.body);
    // Another site must not sign its visitors in to an account of its own.
    if (session === 'cookie') this.origins.checkCookieSignIn(request);
    // An optional member may also be null.
    return this.begin({ email: typed, password }, session ?? 'tokens');
  }

  /** @throws AppError what `validate` throws after validation */
  async begin(
    { email: typed, password }: Pick<SignInRequest, 'email' | 'password'>,
    mode: SessionMode,
  ): Promise<AnsweredSignIn> {
    const email = normaliseEmail(typed);
    const start = await this.sessions.startOfSignIn();
    try {
      return { ...(await this.signInOrRecover(email, password)), email, mode, start };
    } catch (refusal) {
      const reason = failedMigrationReason(refusal);
      if (reason) this.migrations.recordFailedMigration(email, reason);
      throw refusal;
    }
  }

  private async signInOrRecover(email: string, password: string): Promise<PasswordAnswer> {
    const beganAt = this.clock.elapsed();
    try {
      return await this.signIn(email, password);
    } catch (refusal) {
      if (!isAppError(refusal, 'auth.invalid_credentials')) throw refusal;
      const elapsedMs = this.clock.elapsed() - beganAt;
      if (!(await this.recovery.recover(email, password, elapsedMs))) throw refusal;
      return this.signIn(email, password);
    }
  }

  private async signIn(email: string, password: string): Promise<PasswordAnswer> {
    const names = await this.usernames.candidates(email);
    return firstAccepted(names, ['auth.invalid_credentials'], async (userId) => ({
      answer: await this.identityProvider.signIn(userId, password),
      userId,
    }));
  }
}

interface PasswordAnswer {
  answer: SignInAnswer;
  /** The user name that was sent. */
  userId: string;
}

/** Why a migration failed if the password of a legacy user had just been approved. */
function failedMigrationReason(refusal: unknown): 'not_created' | 'answer_lost' | undefined {
  if (isAppError(refusal, 'auth.invalid_credentials', 'internal')) return 'not_created';
  return isAppError(refusal, 'cognito.unavailable') ? 'answer_lost' : undefined;
}
