import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from '../context.js';
import { checkSecretHash } from '../passwords/secret-hash.js';
import { g, hash, k, N, padded, poolName, power, toNumber } from '../passwords/srp-group.js';
import { createVerifier, type SrpVerifier } from '../passwords/srp-verifier.js';
import { challengeLifetime, hidesUsers } from '../state/client-rules.js';
import type { Pool } from '../state/records.js';
import { seal, unseal } from '../tokens/seal.js';
import { runPreAuthentication } from '../triggers/authentication-triggers.js';
import { findUser } from '../users/users.js';
import { incorrectCredentials, invalidParameter, userNotFound } from '../wire/errors.js';
import { requireParameter, type ClientOfPool } from './clients.js';
import { continueSignIn, type Step } from './continue-sign-in.js';
import { proveIdentity } from './password-check.js';
import type { SignInResponse } from './sign-in-response.js';

type Parameters = Record<string, string>;

/** State between the two steps, sent to the client as the sealed secret block. */
interface Exchange {
  username: string;
  clientId: string;
  salt: string;
  verifier: string;
  b: string;
  A: string;
  expiresAt: number;
}

/** First step: exchanges the public values. (RFC 5054) */
export async function passwordVerifierChallenge(
  context: Context,
  owner: ClientOfPool,
  parameters: Parameters = {},
  metadata: Parameters | undefined,
): Promise<SignInResponse> {
  const { pool, client } = owner;
  const userName = requireParameter(parameters, 'USERNAME');
  const A = requireParameter(parameters, 'SRP_A');
  checkSecretHash(client, userName, parameters['SECRET_HASH']);
  if (!/^[0-9a-f]{1,800}$/i.test(A) || BigInt(`0x${A}`) % N === 0n) throw invalidParameter('Invalid SRP_A.');
  const user = findUser(context, pool, userName);
  if (!user && !hidesUsers(client.settings)) throw userNotFound();
  await runPreAuthentication(context, owner, { userName, user }, metadata);
  const username = user?.username ?? userName;
  const { salt, verifier } = user?.password?.srp ?? simulatedVerifier(context, pool, username);
  const secretB = context.random.bytes(32);
  const v = toNumber(Buffer.from(verifier, 'base64'));
  const B = (k * v + power(g, secretB)) % N;
  const b = secretB.toString('hex');
  const expiresAt = context.clock.now() + challengeLifetime(client.settings);
  const exchange: Exchange = { username, clientId: client.id, salt, verifier, b, A, expiresAt };
  const block = seal(context.keys.of(pool.id).sealing, 'srp', exchange);
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: toNumber(Buffer.from(salt, 'base64')).toString(16),
      SRP_B: B.toString(16),
      SECRET_BLOCK: Buffer.from(block, 'base64url').toString('base64'),
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  };
}

/** The same for each call with the same unknown name, so that two calls reveal nothing. */
function simulatedVerifier(context: Context, pool: Pool, name: string): SrpVerifier {
  const made = createHmac('sha256', context.keys.of(pool.id).sealing).update(`srp/${name}`).digest();
  const { verifier } = createVerifier(pool.id, name, made.toString('hex'));
  return { salt: made.subarray(0, 16).toString('base64'), verifier };
}

/** Second step: the client proves that it computed the same key, which requires the password. */
export async function answerPasswordVerifier(
  context: Context,
  { pool, client }: ClientOfPool,
  answers: Parameters,
  step: Step,
): Promise<SignInResponse> {
  const block = Buffer.from(requireParameter(answers, 'PASSWORD_CLAIM_SECRET_BLOCK'), 'base64');
  const signature = Buffer.from(requireParameter(answers, 'PASSWORD_CLAIM_SIGNATURE'), 'base64');
  const timestamp = requireParameter(answers, 'TIMESTAMP');
  const sealed = unseal(context.keys.of(pool.id).sealing, 'srp', block.toString('base64url'));
  const exchange = sealed as Exchange | undefined;
  if (exchange?.clientId !== client.id || exchange.expiresAt <= context.clock.now())
    throw incorrectCredentials();
  const user = findUser(context, pool, exchange.username);
  // The password may have been replaced between the two steps.
  if (!user || (user.password && user.password.srp.salt !== exchange.salt)) throw incorrectCredentials();
  const expected = createHmac('sha256', sessionKey(exchange))
    .update(poolName(pool.id) + user.username)
    .update(block)
    .update(timestamp)
    .digest();
  const proved = expected.length === signature.length && timingSafeEqual(expected, signature);
  // A user without a verifier got a simulated one.
  await proveIdentity(
    context,
    client,
    user,
    async (_context, { password }) => proved && password !== undefined,
  );
  // A captured proof cannot be replayed.
  if (context.database.isMarked(`answered/${exchange.b}`)) throw incorrectCredentials();
  context.database.mark(`answered/${exchange.b}`, exchange.expiresAt);
  return continueSignIn(context, { pool, client, user }, step);
}

function sessionKey(exchange: Exchange): Buffer {
  const v = toNumber(Buffer.from(exchange.verifier, 'base64'));
  const b = Buffer.from(exchange.b, 'hex');
  const A = BigInt(`0x${exchange.A}`) % N;
  const B = (k * v + power(g, b)) % N;
  const u = hash(padded(A), padded(B));
  const S = power((A * power(v, u)) % N, b);
  const extracted = createHmac('sha256', padded(toNumber(u)))
    .update(padded(S))
    .digest();
  return createHmac('sha256', extracted).update('Caldera Derived Key\x01').digest().subarray(0, 16);
}
