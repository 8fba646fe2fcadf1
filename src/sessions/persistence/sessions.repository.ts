import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { SessionMode, UserId } from '#contracts';
import type { Tokens } from '../../cognito/identity-provider.js';
import { type SessionsConfig, sessionsConfig } from '../../common/config/sessions.config.js';
import { SealedBox } from '../../common/crypto/sealed-box.js';
import { IsNull, Raw } from 'typeorm';
import { Database } from '../../common/database/database.js';
import { storableAddress } from '../../common/http/addresses.js';
import { revokeEmailChangesOfSub } from '../../users/revoke-confirmations.js';
import type { Language } from '../../i18n/languages.js';
import { type RevocationReason, SessionEntity } from './session.entities.js';
import * as sql from './sessions.sql.js';

export { type RevocationReason, revocationReasons } from './session.entities.js';

export interface Session {
  id: string;
  /** `id` of the user row that signed in. */
  userId: UserId | null;
  sub: string;
  mode: SessionMode;
  originJti: string;
  /** The tokens; null after they were revoked at Cognito. */
  sealed: string | null;
  /** Incremented by each refresh. */
  version: number;
  revoked: boolean;
  /** By the idle or the absolute timeout. */
  expired: boolean;
  /** Remaining lifetime of the access token in seconds; negative after it has expired. */
  accessSeconds: number;
  /** The user's at sign-in; null for sessions from before it was recorded. */
  language: Language | null;
}

export type RevokedSession = Pick<Session, 'id' | 'originJti'>;

/** Sessions revoked because the user has too many. */
export interface Surplus {
  /** Ids. */
  surplus: string[];
  /** Their token families. */
  families: string[];
}

export interface Lease {
  /** For `releaseLease`. */
  lease: string;
  /** An earlier request to Cognito was not answered; it may have replaced the refresh token. */
  unanswered: boolean;
}

/** A session found by its refresh token or a replaced one. */
export interface SessionOfToken extends Session {
  /** The session has a newer refresh token. */
  replaced: boolean;
  /** The replacement is too old for a concurrent or repeated request. */
  reused: boolean;
}

/** The client of a session. */
export interface Device {
  userAgent: string | undefined;
  address: string;
  /** For mails about the session. */
  language: Language;
}

export interface NewSession {
  userId: UserId;
  sub: string;
  clientId: string;
  mode: SessionMode;
  originJti: string | undefined;
  cookieSecret: string | undefined;
  tokens: Tokens;
  device: Device;
  /** `auth_time` of the access token (seconds since 1970, by Cognito's clock). */
  authTime: number;
  /** Start of the sign-in, by PostgreSQL's clock (milliseconds since 1970). */
  beganAt: number;
  /** `SignOut.signedOutAt` of the user's last sign-out, if the sign-in is known to have begun after it. */
  knownSignOut: string | undefined;
}

export interface ListedSession {
  id: string;
  session: SessionMode;
  originJti: string;
  device: string | null;
  address: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  /** `lastUsedAt` to the microsecond. */
  lastUse: string;
}

/** The last session of a page of a list. */
export type Position = Pick<ListedSession, 'lastUse' | 'id'>;

export interface RevocationChanges {
  /** Argument of the next call. */
  readAt: string;
  /** Token families. */
  revoked: string[];
  /** Users who signed out everywhere or got a new password. */
  signOuts: SignOut[];
  /** PostgreSQL's time, in milliseconds since 1970. */
  databaseTime: number;
}

/** A user's last sign-out everywhere or new password. */
export interface SignOut {
  sub: string;
  /** By PostgreSQL's clock, to the microsecond. */
  signedOutAt: string;
  /** Access tokens with an `auth_time` up to this one are refused (seconds since 1970, by Cognito's clock). */
  refusedThrough: number;
  /** Token families that are not refused. */
  kept: string[];
}

/** Why the token of a session is refused, if it is. */
export interface RevocationState {
  signOut: SignOut | undefined;
  familyRevoked: boolean;
}

export interface NewSignOut {
  /** Time of the sign-out, by Cognito's clock (seconds since 1970), if known. */
  cognitoTime: number | undefined;
  /** Lower bound of `refusedThrough`: an `auth_time` from before the sign-out. */
  atLeast: number | undefined;
  /** Token family that is not revoked. */
  keep: string | undefined;
  /** Age of the sign-out, in seconds. */
  secondsAgo: number;
  /** Time of the request, by PostgreSQL's clock; a sign-out since then overrides `keep`. */
  askedAt: Date | undefined;
}

type Nullable<Columns> = { [Column in keyof Columns]: Columns[Column] | null };

interface Row {
  [column: string]: unknown;
}

/** Live sessions of one user. */
const maxSessions = 50;

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** PostgreSQL refuses other values for the column. */
export const isSessionId = (text: string): boolean => uuid.test(text);

// The secrets have 256 random bits or more, so a plain digest is enough.
const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();

@Injectable()
export class SessionsRepository {
  private readonly timeouts: [number, number];

  constructor(
    private readonly database: Database,
    private readonly sealedBox: SealedBox,
    @Inject(sessionsConfig.KEY) sessions: SessionsConfig,
  ) {
    this.timeouts = [sessions.idleSeconds, sessions.absoluteSeconds];
  }

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  afterCommit(callback: () => void): void {
    this.database.afterCommit(callback);
  }

  find(id: string): Promise<Session | undefined> {
    return this.database.queryOne(sql.find, [id, ...this.timeouts]);
  }

  findAll(ids: string[]): Promise<Session[]> {
    return this.database.query(sql.findAll, [ids, ...this.timeouts]);
  }

  findByFamily(originJti: string): Promise<Session | undefined> {
    return this.database.queryOne(sql.findByFamily, [originJti, ...this.timeouts]);
  }

  findByCookie(secret: string): Promise<Session | undefined> {
    return this.database.queryOne(sql.findByCookie, [digest(secret), ...this.timeouts]);
  }

  findByRefreshToken(refreshToken: string): Promise<SessionOfToken | undefined> {
    return this.database.queryOne(sql.findByRefreshToken, [digest(refreshToken), ...this.timeouts]);
  }

  /**
   * @returns the least recently used sessions above the limit, now revoked; `undefined` if the session was not created,
   * because its user signed out everywhere after the start of the sign-in
   */
  async insert({ tokens, device, cookieSecret, ...session }: NewSession): Promise<Surplus | undefined> {
    const id = randomUUID();
    const row = await this.database.queryOne<Surplus & Row>(sql.insert, [
      id,
      session.userId,
      session.sub,
      session.clientId,
      session.mode,
      session.originJti ?? id,
      cookieSecret === undefined ? null : digest(cookieSecret),
      this.sealTokens(id, tokens),
      tokens.expiresIn,
      device.userAgent ?? null,
      storableAddress(device.address),
      digest(tokens.refreshToken),
      session.originJti ?? (session.mode === 'cookie' ? id : null),
      session.authTime,
      session.beganAt / 1000,
      session.knownSignOut ?? null,
      maxSessions,
      device.language,
    ]);
    return row;
  }

  /** @returns `undefined` if there are none, or they are sealed with a secret that is no longer configured */
  tokensOf({ id, sealed, accessSeconds }: Session): Tokens | undefined {
    const opened = sealed === null ? undefined : this.sealedBox.unseal('session-tokens', sealed);
    const { session, ...tokens } = (opened ?? {}) as Partial<SealedTokens>;
    if (session !== id) return undefined;
    return { ...(tokens as Tokens), expiresIn: Math.max(0, Math.floor(accessSeconds)) };
  }

  /** @returns `undefined` if another request holds the lease or has refreshed or revoked the session */
  takeLease({ id, version }: Session): Promise<Lease | undefined> {
    return this.database.queryOne<Lease & Row>(sql.takeLease, [id, version]);
  }

  /** @param isUnchanged whether the refresh token is known to be the newest one */
  async releaseLease({ id }: Session, lease: string, isUnchanged: boolean): Promise<void> {
    await this.database.query(sql.releaseLease, [id, lease, isUnchanged]);
  }

  /** @returns false if the session was revoked or refreshed meanwhile */
  async saveRenewal({ id, version }: Session, tokens: Tokens): Promise<boolean> {
    const sealed = this.sealTokens(id, tokens);
    const values = [id, version, sealed, tokens.expiresIn, digest(tokens.refreshToken)];
    return (await this.database.query(sql.saveRenewal, values)).length > 0;
  }

  /** @returns whether it was live */
  async revoke({ id }: Session, reason: RevocationReason): Promise<boolean> {
    return (await this.database.query(sql.revoke, [id, reason, null])).length > 0;
  }

  /** @returns whether it was live and not refreshed since it was read */
  async revokeUnlessRefreshed({ id, version }: Session, reason: RevocationReason): Promise<boolean> {
    return (await this.database.query(sql.revoke, [id, reason, version])).length > 0;
  }

  async recordRevokedAtCognito({ id }: Session): Promise<void> {
    const revokedAt = () => 'now()';
    await this.database.with(SessionEntity, (sessions) =>
      sessions.update({ id }, { revokedAt, tokens: null }),
    );
  }

  /** Never revoked at Cognito. The row is kept: without it the refresh token would count as one of another client. */
  async recordUnrevocable({ id }: Session): Promise<void> {
    const values = { revokedAt: () => 'now()', unrevocable: true, tokens: null };
    await this.database.with(SessionEntity, (sessions) =>
      sessions.update({ id, revokedAt: IsNull() }, values),
    );
  }

  /** For sessions that Cognito has revoked. @returns those that were live */
  recordAllRevokedAtCognito(sub: string): Promise<{ originJti: string }[]> {
    return this.database.query(sql.recordAllRevokedAtCognito, [sub]);
  }

  /** @returns those that were live; the caller revokes them at Cognito */
  revokeOthers(
    sub: string,
    reason: RevocationReason,
    { keep, secondsAgo }: { keep: readonly string[]; secondsAgo: number },
  ): Promise<RevokedSession[]> {
    return this.database.query(sql.revokeOthers, [sub, keep, reason, secondsAgo]);
  }

  /** Deletes user agents and addresses. */
  async clearDevices(userId: UserId): Promise<void> {
    await this.database.with(SessionEntity, (sessions) =>
      sessions.update({ userId }, { device: null, address: null }),
    );
  }

  /** Waits for concurrent inserts of the user's sessions, so that the caller can revoke them; later ones are refused. */
  async recordSignOut(sub: string, { cognitoTime, atLeast, keep, ...times }: NewSignOut): Promise<SignOut> {
    const { secondsAgo, askedAt } = times;
    const values = [sub, cognitoTime ?? null, atLeast ?? null, keep ?? null, secondsAgo, askedAt ?? null];
    return this.database.transaction(async () => {
      await revokeEmailChangesOfSub(this.database, sub);
      const row = await this.database.queryOne<SignOut & Row>(sql.recordSignOut, values);
      if (row === undefined) throw new TypeError('usher.record_sign_out returned no row');
      return row;
    });
  }

  /** @param originJti `undefined` if the app client does not allow token revocation */
  async findRevocation(sub: string, originJti: string | undefined): Promise<RevocationState> {
    const row = await this.database.queryOne<Nullable<SignOut> & { familyRevoked: boolean }>(
      sql.findRevocation,
      [sub, originJti ?? null],
    );
    if (row === undefined) throw new TypeError('LEFT JOIN returned no row');
    const { familyRevoked, ...signOut } = row;
    return { familyRevoked, signOut: signOut.sub === null ? undefined : (signOut as SignOut) };
  }

  async insertRevoked(
    sub: string,
    clientId: string,
    originJti: string,
    reason: RevocationReason,
  ): Promise<void> {
    await this.database.query(sql.insertRevoked, [randomUUID(), sub, clientId, originJti, reason]);
  }

  /** Last used first. @param after the last session of the previous page */
  listLive(sub: string, after: Position | undefined, count: number): Promise<ListedSession[]> {
    const position = [after?.lastUse ?? null, after?.id ?? null];
    return this.database.query(sql.listLive, [sub, ...this.timeouts, ...position, count]);
  }

  /** Deletes at most `count` families that were revoked longer ago than the maximum lifetime of a refresh token. */
  async deleteOldFamilies(count: number): Promise<void> {
    await this.database.query(sql.deleteOldFamilies, [count]);
  }

  /** Revokes expired sessions. @returns them and those not yet revoked at Cognito, at most `count` of each */
  takePendingRevocations(count: number): Promise<Session[]> {
    return this.database.query(sql.takePendingRevocations, [count, ...this.timeouts]);
  }

  /** Includes sessions whose idle timeout has passed but that are not revoked yet. */
  countLive(): Promise<number> {
    const [, absolute] = this.timeouts;
    const createdAt = Raw((column) => `${column} > now() - make_interval(secs => :absolute)`, { absolute });
    return this.database.with(SessionEntity, (sessions) =>
      sessions.countBy({ endedAt: IsNull(), createdAt }),
    );
  }

  countRevokedLastHour(): Promise<{ reason: RevocationReason; count: number }[]> {
    return this.database.with(SessionEntity, (sessions) =>
      sessions
        .createQueryBuilder('sessions')
        .select('sessions.endedReason', 'reason')
        .addSelect('count(*)', 'count')
        .where(`sessions.endedAt > now() - interval '1 hour'`)
        .groupBy('sessions.endedReason')
        .getRawMany(),
    );
  }

  /** @returns PostgreSQL's time, in milliseconds since 1970 */
  async readTime(): Promise<number> {
    const row = await this.database.queryOne<{ time: number }>(sql.readTime);
    if (row === undefined) throw new TypeError('SELECT without FROM returned no row');
    return row.time;
  }

  /** @param readAt of the previous result; `undefined` returns those of the last 25 hours */
  async revokedSince(readAt: string | undefined): Promise<RevocationChanges> {
    const row = await this.database.queryOne<RevocationChanges & Row>(sql.revokedSince, [readAt ?? null]);
    if (row === undefined) throw new TypeError('aggregate returned no row');
    return row;
  }

  /** @param addresses by token family */
  async recordUse(addresses: ReadonlyMap<string, string>): Promise<void> {
    const values = [...addresses.values()].map(storableAddress);
    await this.database.query(sql.recordUse, [[...addresses.keys()], ...this.timeouts, values]);
  }

  /** Includes the id of the row, so that tokens copied to another row are refused. */
  private sealTokens(session: string, tokens: Tokens): string {
    return this.sealedBox.seal('session-tokens', { session, ...tokens } satisfies SealedTokens);
  }
}

interface SealedTokens extends Tokens {
  session: string;
}
