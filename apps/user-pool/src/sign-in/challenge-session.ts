import type { Context } from '../context.js';
import { randomUuid } from '../random.js';
import { challengeLifetime } from '../state/client-rules.js';
import type { Pool } from '../state/records.js';
import { seal, unseal } from '../tokens/seal.js';
import type { Holder } from '../tokens/session.js';
import { notAuthorized } from '../wire/errors.js';
import type { ClientOfPool } from './clients.js';

/** The state of a sign-in between two steps: user, client and open challenge. */
export interface Challenge {
  id: string;
  clientId: string;
  sub: string;
  name: string;
  expiresAt: number;
  /** Identifies the verified password: a password change invalidates the session. */
  proved: string | undefined;
  /** Data that the check of the challenge response needs. */
  data: Record<string, string>;
}

/** About the length of Cognito's sessions. */
const sessionLength = 1560;

export function openChallenge(
  context: Context,
  { pool, client, user }: Holder,
  name: string,
  data: Record<string, string> = {},
): string {
  const expiresAt = context.clock.now() + challengeLifetime(client.settings);
  const id = randomUuid(context.random);
  const proved = user.password?.salt;
  const challenge: Challenge = { id, clientId: client.id, sub: user.sub, name, expiresAt, proved, data };
  return seal(context.keys.of(pool.id).sealing, 'challenge', challenge, sessionLength);
}

/** Returns the open challenge of `session`. @throws ServiceError if it is forged, used, expired, or of another client or step */
export function readChallenge(
  context: Context,
  { pool, client }: ClientOfPool,
  session: string | undefined,
  name: string,
): { challenge: Challenge; holder: Holder } {
  const challenge = open(context, pool, session ?? '');
  if (challenge?.clientId !== client.id || challenge.name !== name) throw invalidSession();
  refuseSpent(context, challenge);
  if (challenge.expiresAt <= context.clock.now()) {
    throw notAuthorized('Invalid session for the user, session is expired.');
  }
  const user = context.database.user(pool.id, challenge.sub);
  if (!user?.enabled || user.password?.salt !== challenge.proved) throw invalidSession();
  const expected = name === 'NEW_PASSWORD_REQUIRED' ? 'FORCE_CHANGE_PASSWORD' : 'CONFIRMED';
  if (user.status !== expected) throw invalidSession();
  return { challenge, holder: { pool, client, user } };
}

/** Like `readChallenge`, for operations without pool and client: only one pool can decrypt the session. */
export function openAnyChallenge(
  context: Context,
  session: string,
  name: string,
): { challenge: Challenge; holder: Holder } {
  for (const pool of context.database.pools()) {
    const client = context.database.client(open(context, pool, session)?.clientId ?? '');
    if (client?.poolId === pool.id) return readChallenge(context, { pool, client }, session, name);
  }
  throw invalidSession();
}

const open = (context: Context, pool: Pool, session: string) =>
  unseal(context.keys.of(pool.id).sealing, 'challenge', session) as Challenge | undefined;

const invalidSession = () => notAuthorized('Invalid session for the user.');

/** Invalidates the session after a correct response. The caller must not await before it applies the result. */
export function spendChallenge(context: Context, challenge: Challenge): void {
  refuseSpent(context, challenge);
  context.database.mark(`answered/${challenge.id}`, challenge.expiresAt);
}

function refuseSpent(context: Context, { id }: Challenge): void {
  if (context.database.isMarked(`answered/${id}`)) {
    throw notAuthorized('Invalid session for the user, session can only be used once.');
  }
}
