/** The limit of GET /users/me: node:http, a cache of verified tokens, and one prepared statement. Argument two: the settings. */
import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';
import { listen, sendJson } from './listen.js';

const { jwk, issuer, clientId, databaseUrl } = JSON.parse(process.argv[3]);
const key = createPublicKey({ key: jwk, format: 'jwk' });
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const verified = new Map();

const statement = {
  name: 'me',
  text: `SELECT id, email, first_name AS "firstName", last_name AS "lastName", usher_roles AS roles, usher_profile AS profile
    FROM users WHERE cognito_sub = $1`,
};

function claimsOf(token) {
  const known = verified.get(token);
  if (known !== undefined) return known.exp > Date.now() / 1000 ? known : undefined;
  const [header, payload, signature] = token.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url'));
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const isValid =
    alg === 'RS256' &&
    kid === jwk.kid &&
    claims.iss === issuer &&
    claims.client_id === clientId &&
    claims.token_use === 'access' &&
    claims.exp > Date.now() / 1000 &&
    verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
  if (!isValid) return undefined;
  verified.set(token, claims);
  return claims;
}

listen(
  createServer(async ({ headers }, response) => {
    const claims = claimsOf(headers.authorization.slice('Bearer '.length));
    if (claims === undefined) return response.writeHead(401).end();
    const { rows } = await pool.query({ ...statement, values: [claims.sub] });
    sendJson(response, { ...rows[0], permissions: [] });
  }),
);
