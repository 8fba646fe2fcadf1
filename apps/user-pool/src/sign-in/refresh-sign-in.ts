import { createHmac } from 'node:crypto';
import type { Context } from '../context.js';
import { isSameText } from '../passwords/secret-hash.js';
import { rotatesRefreshTokens } from '../state/client-rules.js';
import type { Client } from '../state/records.js';
import { readRefreshToken } from '../tokens/refresh-token.js';
import { issueTokens } from '../tokens/sessions.js';
import { notAuthorized, ServiceError } from '../wire/errors.js';
import { requireParameter, type ClientOfPool } from './clients.js';
import type { SignInResponse } from './sign-in-response.js';

/** Issues new ID and access tokens and no refresh token: the old one stays valid. */
export async function signInWithRefreshToken(
  context: Context,
  owner: ClientOfPool,
  parameters: Record<string, string> | undefined,
): Promise<SignInResponse> {
  const { client } = owner;
  if (rotatesRefreshTokens(client.settings)) {
    throw new ServiceError(
      'UnsupportedOperationException',
      'Refresh token rotation is enabled for this client: use GetTokensFromRefreshToken.',
    );
  }
  const token = requireParameter(parameters, 'REFRESH_TOKEN');
  const given = parameters?.['SECRET_HASH'];
  if (client.secret !== undefined && given === undefined) {
    throw notAuthorized(`Client ${client.id} is configured with secret but SECRET_HASH was not received`);
  }
  const { holder, session } = readRefreshToken(context, owner, token);
  checkRefreshSecretHash(client, holder.user.username, given);
  const tokens = await issueTokens(context, holder, session, { source: 'TokenGeneration_RefreshTokens' });
  return { ChallengeParameters: {}, AuthenticationResult: tokens };
}

/** The secret hash of a refresh uses the real username, often the `sub`, instead of the name typed at sign-in. */
function checkRefreshSecretHash(client: Client, username: string, given: string | undefined): void {
  if (client.secret === undefined) return;
  const expected = createHmac('sha256', client.secret).update(`${username}${client.id}`).digest('base64');
  if (!isSameText(expected, given ?? '')) {
    throw notAuthorized(`SecretHash does not match for the client: ${client.id}`);
  }
}
