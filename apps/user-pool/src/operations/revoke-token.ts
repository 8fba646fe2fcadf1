import type { RevokeTokenRequest, RevokeTokenResponse } from '@aws-sdk/client-cognito-identity-provider';
import { isSameText } from '../passwords/secret-hash.js';
import { requirePool } from '../sign-in/clients.js';
import { allowsRevocation } from '../state/client-rules.js';
import { readUnverified } from '../tokens/jwt.js';
import { openRefreshToken, revoke } from '../tokens/refresh-token.js';
import { ServiceError } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

/** Revokes the refresh token and all access tokens issued with it. An unknown token counts as revoked. */
export const revokeToken = operation<RevokeTokenRequest, RevokeTokenResponse>(
  { Token: 'text!', ClientId: 'text!', ClientSecret: 'text' },
  (context, { Token, ClientId, ClientSecret }) => {
    const client = context.database.client(ClientId);
    if (!client || !isSameText(client.secret ?? '', ClientSecret ?? '')) {
      throw new ServiceError('UnauthorizedException', 'Invalid client or client secret.');
    }
    if (!allowsRevocation(client.settings)) {
      throw new ServiceError(
        'UnsupportedOperationException',
        'Token revocation is not enabled for this client.',
      );
    }
    if (readUnverified(Token)) {
      throw new ServiceError('UnsupportedTokenTypeException', 'Only refresh tokens can be revoked.');
    }
    const session = openRefreshToken(context, requirePool(context, client.poolId), Token);
    if (session && session.clientId !== ClientId) {
      throw new ServiceError('UnauthorizedException', 'The token was issued to another client.');
    }
    if (session) revoke(context, session);
    return {};
  },
);
