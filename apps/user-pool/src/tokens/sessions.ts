import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider';
import { toSeconds } from '../clock.js';
import type { Context } from '../context.js';
import { randomUuid } from '../random.js';
import { lifetimes, rotatesRefreshTokens } from '../state/client-rules.js';
import { customiseIdClaims, type TokenOccasion } from '../triggers/pre-token-generation.js';
import type { Holder, Session } from './session.js';
import { accessClaims, idClaims } from './claims.js';
import { signJwt } from './jwt.js';
import { sealRefreshToken } from './refresh-token.js';

/** Issues the tokens of a new sign-in. */
export async function startSession(
  context: Context,
  holder: Holder,
  occasion: TokenOccasion,
): Promise<AuthenticationResultType> {
  const now = context.clock.now();
  const session: Session = {
    originJti: `${holder.user.sessionEpoch}${randomUuid(context.random).slice(8)}`,
    authTime: toSeconds(now),
    expiresAt: now + lifetimes(holder.client.settings).refresh,
    generation: 0,
  };
  const tokens = await issueTokens(context, holder, session, occasion);
  return { ...tokens, RefreshToken: sealRefreshToken(context, holder, session) };
}

/** ID and access token; a refresh keeps the sign-in's `auth_time` and `origin_jti`. */
export async function issueTokens(
  context: Context,
  holder: Holder,
  session: Session,
  occasion: TokenOccasion,
): Promise<AuthenticationResultType> {
  const claims = await customiseIdClaims(context, holder, occasion, idClaims(context, holder, session));
  const keys = context.keys.of(holder.pool.id);
  const [AccessToken, IdToken] = await Promise.all([
    signJwt(keys.access, accessClaims(context, holder, session)),
    signJwt(keys.id, claims),
  ]);
  const ExpiresIn = toSeconds(lifetimes(holder.client.settings).access);
  return { AccessToken, IdToken, ExpiresIn, TokenType: 'Bearer' };
}

/** A rotated refresh token expires when the first one would have expired. */
export function nextRefreshToken(context: Context, holder: Holder, session: Session): string | undefined {
  if (!rotatesRefreshTokens(holder.client.settings)) return undefined;
  const generation = session.generation + 1;
  const rotation = context.database.rotation(session.originJti);
  // In the grace period the old token may be used twice: both responses have the same generation.
  if (!rotation || rotation.generation < generation) {
    const rotatedAt = context.clock.now();
    context.database.saveRotation(session.originJti, { generation, rotatedAt, expiresAt: session.expiresAt });
  }
  return sealRefreshToken(context, holder, { ...session, generation });
}
