import type { Context } from '../context.js';
import { randomUuid } from '../random.js';
import { challengeLifetime } from '../state/client-rules.js';
import type { Pool } from '../state/records.js';
import { seal, unseal } from '../tokens/seal.js';
import type { Holder } from '../tokens/session.js';
import { notAuthorized } from '../wire/errors.js';
import type { ClientOfPool } from './clients.js';

/** What a sign-in carries from one step to the next: for whom, for which client, which question is open. */
export interface Challenge {
  id: string;
  clientId: string;
  sub: string;
  name: string;
  expiresAt: number;
  /** Marks the password that was proved: once it is replaced, the sign-in it began is over. */
  proved: string | undefined;
  /** What this kind of question needs to judge the answer. */
  data: Record<string, string>;
}

/** About as long as Cognito's. */
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

/** The open question `session` stands for; refused when made up, for another client or step, spent or too old. */
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

/** As `readChallenge`, for operations that are told neither pool nor client: only one pool can read the session. */
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

/** A right answer spends the session. Nothing may be awaited between this and what the answer brings. */
export function spendChallenge(context: Context, challenge: Challenge): void {
  refuseSpent(context, challenge);
  context.database.mark(`answered/${challenge.id}`, challenge.expiresAt);
}

function refuseSpent(context: Context, { id }: Challenge): void {
  if (context.database.isMarked(`answered/${id}`)) {
    throw notAuthorized('Invalid session for the user, session can only be used once.');
  }
}
