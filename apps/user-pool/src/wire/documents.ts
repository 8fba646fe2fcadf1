import type { ServerResponse } from 'node:http';
import type { Services } from '../context.js';
import { issuerOf } from '../tokens/claims.js';
import { answerJson } from './http.js';

/** Documents for the verification of tokens: the public keys and their URL. */
export function serveDocument(services: Services, path: string, response: ServerResponse): boolean {
  const [, poolId = '', document] = /^\/([^/]+)\/\.well-known\/([\w.-]+)$/.exec(path) ?? [];
  if (!services.database.pool(poolId)) return false;
  const issuer = issuerOf(services, poolId);
  if (document === 'jwks.json') {
    const { id, access } = services.keys.of(poolId);
    answerJson(response, 200, { keys: [id.jwk, access.jwk] });
    return true;
  }
  if (document !== 'openid-configuration') return false;
  answerJson(response, 200, {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['RS256'],
    subject_types_supported: ['public'],
  });
  return true;
}
