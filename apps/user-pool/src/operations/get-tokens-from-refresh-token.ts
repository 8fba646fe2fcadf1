import type {
  GetTokensFromRefreshTokenRequest,
  GetTokensFromRefreshTokenResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { isSameText } from '../passwords/secret-hash.js';
import { requireClient } from '../sign-in/clients.js';
import type { Client } from '../state/records.js';
import { readRefreshToken } from '../tokens/refresh-token.js';
import { issueTokens, nextRefreshToken } from '../tokens/sessions.js';
import { notAuthorized } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

export const getTokensFromRefreshToken = operation<
  GetTokensFromRefreshTokenRequest,
  GetTokensFromRefreshTokenResponse
>(
  { RefreshToken: 'text!', ClientId: 'text!', ClientSecret: 'text', ClientMetadata: 'map' },
  async (context, { RefreshToken, ClientId, ClientSecret, ClientMetadata: clientMetadata }) => {
    const owner = requireClient(context, ClientId);
    checkSecret(owner.client, ClientSecret);
    const { holder, session } = readRefreshToken(context, owner, RefreshToken);
    const rotated = nextRefreshToken(context, holder, session);
    const occasion = { source: 'TokenGeneration_RefreshTokens', clientMetadata } as const;
    const tokens = await issueTokens(context, holder, session, occasion);
    return { AuthenticationResult: { ...tokens, ...(rotated !== undefined && { RefreshToken: rotated }) } };
  },
);

/** This operation takes the client secret itself, not a hash. */
function checkSecret({ id, secret }: Client, given: string | undefined): void {
  if (secret === undefined ? given !== undefined : !isSameText(secret, given ?? '')) {
    throw notAuthorized(`Unable to verify client secret for client ${id}`);
  }
}
