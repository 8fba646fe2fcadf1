import { toSeconds } from '../clock.js';
import type { Context } from '../context.js';
import {
  notAuthorized,
  passwordResetRequired,
  userDisabled,
  userNotConfirmed,
  userNotFound,
} from '../wire/errors.js';
import { issuerOf } from './claims.js';
import { readJwt, readUnverified, type Claims } from './jwt.js';
import { isRevoked } from './refresh-token.js';
import type { Holder } from './session.js';

/** Returns the user of an access token. Checks signature, kind, issuer, expiry and revocation. */
export function readAccessToken(context: Context, token: string): Holder {
  const { pool, claims } = verify(context, token);
  if (Number(claims['exp']) <= toSeconds(context.clock.now())) {
    throw notAuthorized('Access Token has expired');
  }
  const client = context.database.client(String(claims['client_id']));
  if (client?.poolId !== pool.id) throw invalid();
  const user = context.database.user(pool.id, String(claims['sub']));
  if (!user) throw userNotFound();
  if (isRevoked(context, String(claims['origin_jti'] ?? claims['event_id']), user.sessionEpoch)) {
    throw notAuthorized('Access Token has been revoked');
  }
  if (!user.enabled) throw userDisabled();
  if (user.status === 'UNCONFIRMED') throw userNotConfirmed();
  if (user.status === 'RESET_REQUIRED') throw passwordResetRequired();
  return { pool, client, user };
}

function verify(context: Context, token: string): { pool: Holder['pool']; claims: Claims } {
  const poolId = String(readUnverified(token)?.['iss']).slice(context.url.length + 1);
  const pool = context.database.pool(poolId);
  if (!pool) throw invalid();
  const claims = readJwt(context.keys.of(pool.id).access, token);
  if (claims?.['iss'] !== issuerOf(context, pool.id) || claims['token_use'] !== 'access') throw invalid();
  return { pool, claims };
}

const invalid = () => notAuthorized('Invalid Access Token');
