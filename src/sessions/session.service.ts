import { randomBytes } from 'node:crypto';
import type { ListSessionsQuery, SessionMode, SessionResponse } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { Tokens } from '../cognito/identity-provider.js';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { AppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import type { LocalUser } from '../users/user.js';
import {
  type Device,
  isSessionId,
  type ListedSession,
  type Position,
  SessionsRepository,
} from './persistence/sessions.repository.js';
import { RevocationList } from './revocation-list.js';
import { SessionRevocationService } from './session-revocation.service.js';
import { type SignInStart, SignOutTimes } from './sign-out-times.js';

export type { Device } from './persistence/sessions.repository.js';

/** Bytes. With so many random bits a plain digest in the table is enough. */
const cookieSecretLength = 32;

const defaultLimit = 50;

/** Creates and lists sessions. A session is a token family: one signed-in device. */
@Injectable()
export class SessionService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly verifier: TokenVerifier,
    private readonly revocations: SessionRevocationService,
    private readonly revocationList: RevocationList,
    private readonly signOutTimes: SignOutTimes,
  ) {}

  /** Call it before the sign-in is sent to Cognito. @returns the start of the sign-in @throws AppError `overloaded` */
  startOfSignIn(): Promise<SignInStart> {
    return this.signOutTimes.startOfSignIn();
  }

  /** @returns whether the user has signed out everywhere or got a new password since, with a delay of up to 1 second */
  isSignedOutSince(sub: string, start: SignInStart): boolean {
    return this.signOutTimes.hasSignedOutSince(sub, start);
  }

  /**
   * Inserts the row of a new session. If it throws, the caller must revoke the tokens.
   * @returns in cookie mode the secret for the cookie; the token family and `auth_time` of the session
   * @throws AppError `auth.invalid_credentials` if the user signed out everywhere after the start of the sign-in
   */
  async begin(
    user: LocalUser,
    tokens: Tokens,
    { mode, device, start }: { mode: SessionMode; device: Device; start: SignInStart },
  ): Promise<{ cookieSecret: string | undefined; originJti: string | undefined; authTime: number }> {
    const { sub, clientId, originJti, authTime } = await this.verifier.verifyAccessToken(tokens.accessToken);
    const cookieSecret =
      mode === 'cookie' ? randomBytes(cookieSecretLength).toString('base64url') : undefined;
    const session = { userId: user.id, sub, clientId, originJti, mode, device, tokens, cookieSecret };
    const knownSignOut = this.signOutTimes.knownBefore(sub, start);
    const surplus = await this.sessions.insert({ ...session, authTime, beganAt: start.at, knownSignOut });
    if (surplus === undefined) throw new AppError('auth.invalid_credentials');
    for (const family of surplus.families) this.revocationList.add(family);
    this.revocations.revokeAtCognito(surplus.surplus.map((id) => ({ id })));
    this.revocations.retryPendingRevocations();
    return { cookieSecret, originJti, authTime };
  }

  /**
   * @returns the caller's live sessions, last used first, and the cursor of the next page
   * @throws AppError `request.invalid` for an `after` that is not a cursor
   */
  async list(
    { sub, originJti: current }: Principal,
    { after, limit }: ListSessionsQuery,
  ): Promise<{ sessions: SessionResponse[]; next: string | undefined }> {
    const count = Number(limit ?? defaultLimit);
    const found = await this.sessions.listLive(sub, parseCursor(after), count + 1);
    const page = found.slice(0, count);
    const last = page.at(-1);
    return {
      sessions: page.map((session) => toSessionResponse(session, current)),
      next: found.length > count && last ? toCursor(last) : undefined,
    };
  }
}

const toSessionResponse = (
  { originJti, createdAt, lastUsedAt, lastUse, ...session }: ListedSession,
  current: string | undefined,
): SessionResponse => ({
  ...session,
  current: originJti === current,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt.toISOString(),
});

const toCursor = ({ lastUse, id }: Position): string => Buffer.from(`${lastUse} ${id}`).toString('base64url');

/** A time as `listLive` formats it in UTC, to the microsecond. PostgreSQL has no year 0. */
const instant = /^((?!0000)\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?\+00$/;

function parseCursor(cursor: string | null | undefined): Position | undefined {
  if (cursor == null) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  const border = text.lastIndexOf(' ');
  const position = { lastUse: text.slice(0, border), id: text.slice(border + 1) };
  if (isInstant(position.lastUse) && isSessionId(position.id)) return position;
  throw new AppError('request.invalid', { errors: [{ field: 'after', message: 'field.not_a_cursor' }] });
}

/** `Date` parses 30 February as 2 March, and PostgreSQL refuses it. */
function isInstant(text: string): boolean {
  const [, day, time] = instant.exec(text) ?? [];
  const date = new Date(`${day}T${time}.000Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString() === `${day}T${time}.000Z`;
}
