import type { Context } from '../context.js';
import { second } from '../clock.js';
import { hidesUsers, rotatesRefreshTokens } from '../state/client-rules.js';
import type { Client, Pool } from '../state/records.js';
import { notAuthorized, ServiceError, userDisabled, userNotFound } from '../wire/errors.js';
import { seal, unseal } from './seal.js';
import type { Holder, Session } from './session.js';

interface Content extends Session {
  sub: string;
  clientId: string;
}

/** About the length of Cognito's tokens. */
const tokenLength = 1788;

export function sealRefreshToken(context: Context, { pool, client, user }: Holder, session: Session): string {
  const content: Content = { ...session, sub: user.sub, clientId: client.id };
  return seal(context.keys.of(pool.id).sealing, 'refresh', content, tokenLength);
}

/** Returns the content of a token of this pool, which may be expired or revoked. */
export function openRefreshToken(context: Context, pool: Pool, token: string): Content | undefined {
  return unseal(context.keys.of(pool.id).sealing, 'refresh', token) as Content | undefined;
}

/** Returns the user of a refresh token that is still valid for this client. */
export function readRefreshToken(
  context: Context,
  { pool, client }: { pool: Pool; client: Client },
  token: string,
): { holder: Holder; session: Session } {
  const content = openRefreshToken(context, pool, token);
  if (content?.clientId !== client.id) throw notAuthorized('Invalid Refresh Token');
  if (content.expiresAt <= context.clock.now()) throw notAuthorized('Refresh Token has expired');
  const user = context.database.user(pool.id, content.sub);
  if (!user && !hidesUsers(client.settings)) throw userNotFound();
  if (!user || isRevoked(context, content.originJti, user.sessionEpoch)) throw revoked();
  if (!user.enabled) throw userDisabled();
  refuseReuse(context, client, content);
  const { originJti, authTime, expiresAt, generation } = content;
  return { holder: { pool, client, user }, session: { originJti, authTime, expiresAt, generation } };
}

const revoked = () => notAuthorized('Refresh Token has been revoked');

/** Revoked itself or by a revocation of all tokens of the user. */
export const isRevoked = (context: Context, originJti: string, sessionEpoch: string): boolean =>
  !originJti.startsWith(`${sessionEpoch}-`) || context.database.isMarked(`revoked/${originJti}`);

export const revoke = (context: Context, { originJti, expiresAt }: Session): void =>
  context.database.mark(`revoked/${originJti}`, expiresAt);

/** A rotated token stays valid for some seconds, so that a client that lost the response is not signed out. */
function refuseReuse(context: Context, client: Client, session: Session): void {
  const rotation = context.database.rotation(session.originJti);
  if (!rotatesRefreshTokens(client.settings) || !rotation || session.generation >= rotation.generation)
    return;
  const grace = (client.settings.RefreshTokenRotation?.RetryGracePeriodSeconds ?? 0) * second;
  const isPrevious = session.generation === rotation.generation - 1;
  if (isPrevious && context.clock.now() < rotation.rotatedAt + grace) return;
  throw new ServiceError('RefreshTokenReuseException', 'Refresh token has already been used.');
}
