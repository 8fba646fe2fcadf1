import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { SessionMode } from '#contracts';
import type { Tokens } from '../../cognito/identity-provider.js';
import { Config } from '../../platform/config/config.js';
import { Seal } from '../../platform/crypto/seal.js';
import { Database } from '../../platform/database/database.js';
import { revokeEmailChangesOfSub } from '../../users/revoke-confirmations.js';
import { type Device, storableAddress } from '../session-device.js';
import * as sql from './sessions.sql.js';

/** A row, as its time-outs stand now. */
export interface Session {
  id: string;
  /** Of the row that signed in. */
  userId: number | null;
  sub: string;
  mode: SessionMode;
  originJti: string;
  /** The tokens, sealed; none once Cognito was told of the end. */
  sealed: string | null;
  /** One more with each renewal. */
  version: number;
  ended: boolean;
  /** Unused for too long, or too old. */
  expired: boolean;
  /** Seconds the access token has left; negative when it has none. */
  accessSeconds: number;
}

/** A session found by one of the refresh tokens it has had. */
export interface SessionOfToken extends Session {
  /** The session has a newer refresh token. */
  replaced: boolean;
  /** And has had it for so long that no honest client can still be asking. */
  reused: boolean;
}

export interface NewSession {
  userId: number;
  sub: string;
  clientId: string;
  mode: SessionMode;
  originJti: string | undefined;
  cookieSecret: string | undefined;
  tokens: Tokens;
  device: Device;
  /** Seconds since 1970, by Cognito's clock. */
  authTime: number;
  /** When the sign-in began, by PostgreSQL's clock (milliseconds since 1970). */
  beganAt: number;
  /** The person's last sign-out everywhere, where it is known that the sign-in began after it. */
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
}

/** What has ended since some time. */
export interface Ended {
  /** For the next question. */
  readAt: string;
  /** Token families. */
  ended: string[];
  /** Who signed out everywhere or got a new password. */
  signOuts: SignOut[];
  /** PostgreSQL's, in milliseconds since 1970. */
  databaseTime: number;
}

/** That somebody signed out everywhere, or got a new password. */
export interface SignOut {
  sub: string;
  /** By PostgreSQL's clock, to the microsecond. */
  signedOutAt: string;
  /** Access tokens with an `auth_time` up to this one count no longer (seconds since 1970, by Cognito's clock). */
  refusedThrough: number;
  /** Token families that go on all the same. */
  kept: string[];
}

export interface NewSignOut {
  /** Cognito's clock (seconds since 1970), where it is known. */
  cognitoTime: number | undefined;
  /** An `auth_time` from before the sign-out. */
  atLeast: number | undefined;
  /** A token family that goes on. */
  keep: string | undefined;
  /** How long ago it happened. */
  secondsAgo: number;
  /** PostgreSQL's time; `keep` does not outlive a sign-out since then. */
  askedAt: Date | undefined;
}

/** Why a session ended; for whoever reads the table. */
export const endReasons = [
  'signed out',
  'ended by its owner',
  'ended by an administrator',
  'password changed',
  'signed out everywhere',
  'expired',
  'user disabled',
  'reuse',
  'ended at Cognito',
] as const;
export type EndReason = (typeof endReasons)[number];

interface Row {
  [column: string]: unknown;
}

// Only what leaves this process is a secret with 256 random bits or more, so a plain digest is enough.
const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();

@Injectable()
export class SessionsRepository {
  private readonly timeouts: [number, number];

  constructor(
    private readonly database: Database,
    private readonly seal: Seal,
    { sessions }: Config,
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

  findByCookie(secret: string): Promise<Session | undefined> {
    return this.database.queryOne(sql.findByCookie, [digest(secret), ...this.timeouts]);
  }

  findByRefreshToken(refreshToken: string): Promise<SessionOfToken | undefined> {
    return this.database.queryOne(sql.findByRefreshToken, [digest(refreshToken), ...this.timeouts]);
  }

  /** Whether it was created: not where its owner signed out everywhere after the sign-in had begun. */
  async insert({ tokens, device, cookieSecret, ...session }: NewSession): Promise<boolean> {
    const id = randomUUID();
    const rows = await this.database.query(sql.insert, [
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
    ]);
    return rows.length > 0;
  }

  /** The tokens of a row; `undefined` when there are none, or none that a secret we still have has sealed. */
  tokensOf({ id, sealed, accessSeconds }: Session): Tokens | undefined {
    const opened = sealed === null ? undefined : this.seal.open('session-tokens', sealed);
    const { session, ...tokens } = (opened ?? {}) as Partial<SealedTokens>;
    if (session !== id) return undefined;
    return { ...(tokens as Tokens), expiresIn: Math.max(0, Math.floor(accessSeconds)) };
  }

  /** What `releaseLease` needs, if nobody else is renewing the session or has renewed it. */
  async takeLease({ id, version }: Session): Promise<string | undefined> {
    return (await this.database.queryOne<{ lease: string }>(sql.takeLease, [id, version]))?.lease;
  }

  async releaseLease({ id }: Session, lease: string): Promise<void> {
    await this.database.query(sql.releaseLease, [id, lease]);
  }

  /** Whether it was written: not when the session has ended or was renewed by somebody else meanwhile. */
  async saveRenewal({ id, version }: Session, tokens: Tokens): Promise<boolean> {
    const sealed = this.sealTokens(id, tokens);
    const values = [id, version, sealed, tokens.expiresIn, digest(tokens.refreshToken)];
    return (await this.database.query(sql.saveRenewal, values)).length > 0;
  }

  /** Whether it was live until now. */
  async end({ id }: Session, reason: EndReason): Promise<boolean> {
    return (await this.database.query(sql.end, [id, reason, null])).length > 0;
  }

  /** Whether it was live until now, and nobody had renewed it. */
  async endUnlessRenewed({ id, version }: Session, reason: EndReason): Promise<boolean> {
    return (await this.database.query(sql.end, [id, reason, version])).length > 0;
  }

  async recordRevocation({ id }: Session): Promise<void> {
    await this.database.query(sql.recordRevocation, [id]);
  }

  async recordUnrevocable({ id }: Session): Promise<void> {
    await this.database.query(sql.recordUnrevocable, [id]);
  }

  /** Those that were live until now. Cognito has been told. */
  endAllOf(sub: string): Promise<{ originJti: string }[]> {
    return this.database.query(sql.endAllOf, [sub]);
  }

  /** Those that were live until now. Cognito has to be told. */
  endOthers(
    sub: string,
    reason: EndReason,
    { keep, secondsAgo }: { keep: readonly string[]; secondsAgo: number },
  ): Promise<Session[]> {
    return this.database.query(sql.endOthers, [sub, ...this.timeouts, keep, reason, secondsAgo]);
  }

  /** The row keeps where and with what it was used no longer. */
  async forgetDevices(userId: number): Promise<void> {
    await this.database.query(sql.forgetDevices, [userId]);
  }

  /** Sessions of this person that are being created are there afterwards, to be ended; later ones are refused. */
  async recordSignOut(sub: string, { cognitoTime, atLeast, keep, ...times }: NewSignOut): Promise<SignOut> {
    const { secondsAgo, askedAt } = times;
    const values = [sub, cognitoTime ?? null, atLeast ?? null, keep ?? null, secondsAgo, askedAt ?? null];
    return this.database.transaction(async () => {
      await revokeEmailChangesOfSub(this.database, sub);
      const row = await this.database.queryOne<SignOut & Row>(sql.recordSignOut, values);
      if (row === undefined) throw new TypeError('an upsert without a row');
      return row;
    });
  }

  findSignOut(sub: string): Promise<SignOut | undefined> {
    return this.database.queryOne<SignOut & Row>(sql.findSignOut, [sub]);
  }

  async insertEnded(sub: string, clientId: string, originJti: string): Promise<void> {
    await this.database.query(sql.insertEnded, [randomUUID(), sub, clientId, originJti]);
  }

  /** Newest use first. */
  listLive(sub: string): Promise<ListedSession[]> {
    return this.database.query(sql.listLive, [sub, ...this.timeouts]);
  }

  /** At most `count` of each kind. */
  endOverdue(count: number): Promise<Session[]> {
    return this.database.query(sql.endOverdue, [count, ...this.timeouts]);
  }

  /** How many have begun here and not ended. Who has been idle for too long counts until somebody notices. */
  async countLive(): Promise<number> {
    return (await this.database.queryOne<{ live: number }>(sql.countLive, [this.timeouts[1]]))?.live ?? 0;
  }

  /** How many have ended within the last hour, by reason. */
  countEndedLately(): Promise<{ reason: EndReason; count: number }[]> {
    return this.database.query(sql.countEndedLately);
  }

  /** PostgreSQL's (milliseconds since 1970). */
  async readTime(): Promise<number> {
    const row = await this.database.queryOne<{ time: number }>(sql.readTime);
    if (row === undefined) throw new TypeError('a SELECT without FROM has a row');
    return row.time;
  }

  /** @param readAt of the last answer; without it everything of the last day comes back. */
  async endedSince(readAt: string | undefined): Promise<Ended> {
    const row = await this.database.queryOne<Ended & Row>(sql.endedSince, [readAt ?? null]);
    if (row === undefined) throw new TypeError('an aggregate without a row');
    return row;
  }

  /** @param addresses by token family. */
  async recordUse(addresses: ReadonlyMap<string, string>): Promise<void> {
    const values = [...addresses.values()].map(storableAddress);
    await this.database.query(sql.recordUse, [[...addresses.keys()], ...this.timeouts, values]);
  }

  /** The row's id is sealed in, so that tokens copied into another row open nothing. */
  private sealTokens(session: string, tokens: Tokens): string {
    return this.seal.close('session-tokens', { session, ...tokens } satisfies SealedTokens);
  }
}

interface SealedTokens extends Tokens {
  session: string;
}
