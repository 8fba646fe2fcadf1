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
  /** Who signed out everywhere, and when (seconds since 1970). */
  signOuts: { sub: string; at: number }[];
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

  find(id: string): Promise<Session | undefined> {
    return this.database.queryOne(sql.find, [id, ...this.timeouts]);
  }

  findByCookie(secret: string): Promise<Session | undefined> {
    return this.database.queryOne(sql.findByCookie, [digest(secret), ...this.timeouts]);
  }

  findByRefreshToken(refreshToken: string): Promise<SessionOfToken | undefined> {
    return this.database.queryOne(sql.findByRefreshToken, [digest(refreshToken), ...this.timeouts]);
  }

  async insert({ tokens, device, cookieSecret, ...session }: NewSession): Promise<void> {
    const id = randomUUID();
    await this.database.query(sql.insert, [
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
    ]);
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

  /** The token families that were live until now. Cognito has been told. */
  async endAllOf(sub: string): Promise<string[]> {
    const rows = await this.database.query<{ originJti: string }>(sql.endAllOf, [sub]);
    return rows.map(({ originJti }) => originJti);
  }

  /** Those that were live until now. Cognito has to be told. */
  endOthers(sub: string, reason: EndReason, keep: string | undefined): Promise<Session[]> {
    return this.database.query(sql.endOthers, [sub, ...this.timeouts, keep ?? null, reason]);
  }

  /** The row keeps where and with what it was used no longer. */
  async forgetDevices(userId: number): Promise<void> {
    await this.database.query(sql.forgetDevices, [userId]);
  }

  /** Seconds since 1970. */
  async recordSignOut(sub: string): Promise<number> {
    return this.database.transaction(async () => {
      await revokeEmailChangesOfSub(this.database, sub);
      const row = await this.database.queryOne<{ at: number }>(sql.recordSignOut, [sub]);
      return row?.at ?? 0;
    });
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

  /** @param readAt of the last answer; without it everything of the last day comes back. */
  async endedSince(readAt: string | undefined): Promise<Ended> {
    const row = await this.database.queryOne<Ended & { [column: string]: unknown }>(sql.endedSince, [
      readAt ?? null,
    ]);
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
