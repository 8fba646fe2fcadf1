/** The limit of a GET: node:http alone. With a key set as argument two, behind the verification of an access token. */
import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { listen, sendJson } from './listen.js';

const rules = process.argv[3] && JSON.parse(process.argv[3]);
const key = rules && createPublicKey({ key: rules.jwk, format: 'jwk' });

function isGood(token) {
  const [header, payload, signature] = token.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url'));
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  return (
    alg === 'RS256' &&
    kid === rules.jwk.kid &&
    claims.iss === rules.issuer &&
    claims.client_id === rules.clientId &&
    claims.token_use === 'access' &&
    claims.exp > Date.now() / 1000 &&
    verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
  );
}

listen(
  createServer(({ headers }, response) => {
    if (rules === undefined || isGood(headers.authorization.slice('Bearer '.length)))
      sendJson(response, { status: 'ok' });
    else response.writeHead(401).end();
  }),
);
