/** Verifies one token again and again, as the API does and as node:crypto does alone; both in this process. */
import 'reflect-metadata';
import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import { SigningKeys } from '../../../dist/src/cognito/signing-keys.js';
import { TokenVerifier } from '../../../dist/src/cognito/token-verifier.js';
import { Clock } from '../../../dist/src/common/clock/clock.js';
import { answerTo } from '../measure/worker.js';

const { jwk, issuer, clientId, token } = JSON.parse(process.argv[2]);
const key = createPublicKey({ key: jwk, format: 'jwk' });
const cognito = { issuer, jwksUrl: `${issuer}/jwks`, clientId, acceptedClientIds: [clientId] };
const clock = new Clock();
const keys = new SigningKeys(cognito, clock, console);
const verifier = new TokenVerifier(cognito, keys, clock);
await keys.refresh();

function limit() {
  const [header, payload, signature] = token.split('.');
  JSON.parse(Buffer.from(header, 'base64url'));
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) throw new Error('a bad token');
  return claims;
}

// ID tokens, because the API remembers access tokens. The check is the same.
const work = { limit, ours: () => verifier.verifyIdToken(token) };

answerTo(async ({ name, times }) => {
  const before = process.cpuUsage();
  for (let left = times; left > 0; left -= 1) await work[name]();
  const { user, system } = process.cpuUsage(before);
  return { perCpuSecond: (1e6 * times) / (user + system) };
});
