import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { QueueView } from '../jobs/queue.js';
import { CognitoClock } from '../cognito/cognito-clock.js';
import { IdentityProvider } from '../cognito/identity-provider.js';
import type { AccessTokenClaims } from '../cognito/token-verifier.js';
import { UserDirectory } from '../cognito/user-directory.js';
import { FireAndForget } from '../jobs/fire-and-forget.js';
import { Clock } from '../common/clock/clock.js';
import { SingleFlight } from '../common/concurrency/single-flight.js';
import { isAppError } from '../common/errors/app-error.js';
import { runOutsideRequest } from '../common/http/request-context.js';
import { Log } from '../common/logging/log.js';
import {
  type RevokedSession,
  type RevocationReason,
  type Session,
  SessionsRepository,
  type SignOut,
} from './persistence/sessions.repository.js';
import { RevocationList } from './revocation-list.js';

/** Sessions that are revoked here and not yet at Cognito. The request that revoked them has a minute; then any sign-in retries. */
export const sessionRevocationsQueue = new QueueView({
  name: 'session-revocations-figures',
  text: `
    SELECT count(*)::int AS waiting, count(*) FILTER (WHERE ended_at < now() - interval '1 minute')::int AS due,
      count(*) FILTER (WHERE ended_at >= now() - interval '1 minute')::int AS running,
      0 AS failed, 0 AS attempts, min(ended_at) AS oldest, NULL AS "lastError"
    FROM usher.sessions WHERE ended_at IS NOT NULL AND revoked_at IS NULL`,
});

/** Limit of each kind of session that one call of `retryPendingRevocations` processes. */
const retryLimit = 5;

/** Sessions revoked at Cognito at the same time: unsealing their tokens takes some milliseconds. */
const batchSize = 5;

export interface UserRevocation {
  sub: string;
  reason: RevocationReason;
  /** Token family that is not revoked. */
  keep?: string | undefined;
  /** Time of the request, by PostgreSQL's clock; a sign-out since then overrides `keep`. */
  askedAt?: Date | undefined;
  /** An `auth_time` from before the revocation, such as the caller's. */
  authTime?: number | undefined;
  /** Time of the event (`Clock.elapsed`, milliseconds) if it is recorded late; sessions begun since are not revoked. */
  happenedAt?: number | undefined;
}

/**
 * Revokes sessions: first the row, which takes effect here whatever Cognito answers, then the refresh token at Cognito.
 * A revocation that fails temporarily at Cognito is retried after a later sign-in.
 */
@Injectable()
export class SessionRevocationService implements BeforeApplicationShutdown {
  private readonly retries = new SingleFlight<void>();
  private readonly background = new FireAndForget();
  private isShuttingDown = false;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly revocationList: RevocationList,
    private readonly identityProvider: IdentityProvider,
    private readonly directory: UserDirectory,
    private readonly cognitoClock: CognitoClock,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * @param refreshToken a token of the session, for the case that the stored one cannot be unsealed
   * @throws AppError what `IdentityProvider.revoke` throws; the session is revoked here all the same
   */
  async revoke(session: Session, reason: RevocationReason, refreshToken?: string): Promise<void> {
    await this.revokeHere(session, reason);
    await this.sendRevocation(session, refreshToken);
  }

  /** Like `revoke`, but logs errors of Cognito. @param record runs in the same transaction if the session was live */
  async revokeBestEffort(
    session: Session,
    reason: RevocationReason,
    record?: () => Promise<void>,
  ): Promise<void> {
    await this.revokeHere(session, reason, { record });
    await this.trySendRevocation(session);
  }

  /** For the session of a cookie that a new sign-in replaces. Never fails, and does not wait for Cognito. */
  async revokeReplaced(cookieSecret: string): Promise<void> {
    try {
      const session = await this.sessions.findByCookie(cookieSecret);
      if (session === undefined || session.revoked) return;
      await this.revokeHere(session, 'replaced');
      this.revokeAtCognito([session]);
    } catch (error) {
      this.log.warn('failed to revoke the session of a replaced cookie', { error });
    }
  }

  /**
   * For a session that Cognito does not refresh any more. The family is revoked at Cognito all the same: a third party
   * may have a newer token of it.
   * @returns false if another process has refreshed the session
   */
  async revokeUnlessRefreshed(session: Session): Promise<boolean> {
    const isRevoked = await this.revokeHere(session, 'ended at Cognito', { unlessRefreshed: true });
    if (isRevoked) await this.trySendRevocation(session);
    return isRevoked;
  }

  /** Revokes a refresh token without a session at Cognito, such as that of a refused sign-in. Never fails. */
  async revokeOrphan(refreshToken: string): Promise<void> {
    try {
      await this.identityProvider.revoke(refreshToken);
    } catch (error) {
      this.log.error('failed to revoke a refresh token without a session', { error });
    }
  }

  /** For a session that began at another client; the caller revokes it at Cognito. */
  async recordExternal(
    { sub, clientId, originJti }: Pick<AccessTokenClaims, 'sub' | 'clientId' | 'originJti'>,
    reason: RevocationReason,
  ): Promise<void> {
    if (originJti === undefined) return;
    await this.sessions.insertRevoked(sub, clientId, originJti, reason);
    this.sessions.afterCommit(() => this.revocationList.add(originJti));
  }

  /**
   * Revokes all sessions of a user here, including those begun outside of Usher and sign-ins in progress. Runs in the
   * current transaction and does not depend on Cognito.
   * @returns the sessions that began here and were live until now, for `revokeAtCognito`
   */
  async revokeAll(revocation: UserRevocation): Promise<RevokedSession[]> {
    const { sub, reason, happenedAt } = revocation;
    const { kept } = await this.recordSignOut(revocation);
    const before = { keep: kept, secondsAgo: this.secondsSince(happenedAt) };
    const sessions = await this.sessions.revokeOthers(sub, reason, before);
    this.addWhenCommitted(sessions);
    return sessions;
  }

  /** Like `revokeAll`, for sessions that Cognito has already revoked. */
  async recordRevokedAtCognito(revocation: Omit<UserRevocation, 'reason'>): Promise<void> {
    await this.recordSignOut(revocation);
    this.addWhenCommitted(await this.sessions.recordAllRevokedAtCognito(revocation.sub));
  }

  /**
   * Revokes all sessions of a session's user at Cognito, then here.
   * @returns false if there are neither AWS credentials nor a valid access token
   */
  async revokeAllByGlobalSignOut(session: Session): Promise<boolean> {
    if (!(await this.sendGlobalSignOut(session))) return false;
    await this.recordRevokedAtCognito({ sub: session.sub });
    return true;
  }

  /**
   * Revokes the refresh tokens of sessions that are already revoked here, a few at a time. Returns at once; what fails
   * temporarily or is left at shutdown is retried.
   */
  revokeAtCognito(sessions: Pick<Session, 'id'>[]): void {
    if (sessions.length === 0) return;
    const ids = sessions.map(({ id }) => id);
    this.background.begin(
      () => runOutsideRequest(() => this.sendInBatches(ids)),
      (error) => this.log.warn('revocation at Cognito interrupted', { sessions: ids.length, error }),
    );
  }

  /** Also revokes expired sessions. Returns at once and never fails. */
  retryPendingRevocations(): void {
    void this.retries.run(() => this.retry());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isShuttingDown = true;
    await this.retries.settled();
    await this.background.settled();
  }

  /** Revokes at Cognito and logs errors. Temporary ones are retried later, others make the session unrevocable. */
  async trySendRevocation(session: Session): Promise<void> {
    try {
      await this.sendRevocation(session);
    } catch (error) {
      const isTemporary = isAppError(error, 'cognito.unavailable', 'overloaded', 'too_many_requests');
      const level = isTemporary ? 'warn' : 'error';
      this.log[level]('failed to revoke a session at Cognito', { session: session.id, error });
      if (!isTemporary) await this.sessions.recordUnrevocable(session);
    }
  }

  /**
   * @param options.record runs in the same transaction if the session was live
   * @param options.unlessRefreshed whether the session is kept if it was refreshed since it was read
   * @returns whether the session was live
   */
  async revokeHere(
    session: Session,
    reason: RevocationReason,
    {
      record,
      unlessRefreshed = false,
    }: { record?: (() => Promise<void>) | undefined; unlessRefreshed?: boolean } = {},
  ): Promise<boolean> {
    const update = () =>
      unlessRefreshed
        ? this.sessions.revokeUnlessRefreshed(session, reason)
        : this.sessions.revoke(session, reason);
    const isRevoked = await (record === undefined
      ? update()
      : this.sessions.transaction(async () => {
          const wasLive = await update();
          if (wasLive) await record();
          return wasLive;
        }));
    if (isRevoked || !unlessRefreshed) this.revocationList.add(session.originJti);
    return isRevoked;
  }

  private async sendRevocation(session: Session, refreshToken?: string): Promise<void> {
    // A refresh may have stored newer tokens before the session was revoked.
    const newest = (await this.sessions.find(session.id)) ?? session;
    const token = this.sessions.tokensOf(newest)?.refreshToken ?? refreshToken;
    // Sealed with a secret that is no longer configured.
    if (token === undefined) return this.sessions.recordUnrevocable(session);
    await this.identityProvider.revoke(token);
    await this.sessions.recordRevokedAtCognito(session);
  }

  private async sendInBatches(ids: string[]): Promise<void> {
    for (let first = 0; first < ids.length && !this.isShuttingDown; first += batchSize) {
      const batch = await this.sessions.findAll(ids.slice(first, first + batchSize));
      await Promise.all(batch.map((session) => this.trySendRevocation(session)));
    }
  }

  private async sendGlobalSignOut(session: Session): Promise<boolean> {
    try {
      await this.directory.signOutEverywhere(session.sub);
      return true;
    } catch (error) {
      if (!isAppError(error, 'cognito.credentials_missing', 'request.not_found')) throw error;
    }
    const tokens = this.sessions.tokensOf(session);
    return tokens !== undefined && this.identityProvider.globalSignOut(tokens.accessToken);
  }

  private async retry(): Promise<void> {
    try {
      for (const session of await this.sessions.takePendingRevocations(retryLimit)) {
        this.revocationList.add(session.originJti);
        await this.trySendRevocation(session);
      }
      await this.sessions.deleteOldFamilies(retryLimit);
    } catch (error) {
      this.log.warn('failed to retry pending revocations', { error });
    }
  }

  private async recordSignOut(revocation: Omit<UserRevocation, 'reason'>): Promise<SignOut> {
    const { sub, keep, authTime, happenedAt, askedAt } = revocation;
    const secondsAgo = this.secondsSince(happenedAt);
    const now = this.cognitoClock.now();
    const signOut = await this.sessions.recordSignOut(sub, {
      cognitoTime: now === undefined ? undefined : Math.floor(now / 1000 - secondsAgo),
      atLeast: authTime,
      askedAt,
      keep,
      secondsAgo,
    });
    this.sessions.afterCommit(() => this.revocationList.addSignOut(signOut));
    return signOut;
  }

  private secondsSince(happenedAt: number | undefined): number {
    return happenedAt === undefined ? 0 : (this.clock.elapsed() - happenedAt) / 1000;
  }

  private addWhenCommitted(sessions: Pick<RevokedSession, 'originJti'>[]): void {
    this.sessions.afterCommit(() => {
      for (const { originJti } of sessions) this.revocationList.add(originJti);
    });
  }
}
