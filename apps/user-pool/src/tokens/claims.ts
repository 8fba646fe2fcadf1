import { toSeconds } from '../clock.js';
import type { Context } from '../context.js';
import { randomUuid } from '../random.js';
import { allowsRevocation, lifetimes, mayRead } from '../state/client-rules.js';
import type { User } from '../state/records.js';
import { groupsOf } from '../users/groups.js';
import type { Claims } from './jwt.js';
import type { Holder, Session } from './session.js';

export const issuerOf = (context: Pick<Context, 'url'>, poolId: string): string => `${context.url}/${poolId}`;

/** The only scope of the sign-in API, independent of the client's OAuth scopes. */
const scope = 'aws.cognito.signin.user.admin';

export function accessClaims(context: Context, holder: Holder, session: Session): Claims {
  return {
    ...sharedClaims(context, holder, session),
    token_use: 'access',
    scope,
    client_id: holder.client.id,
    username: holder.user.username,
    exp: toSeconds(context.clock.now() + lifetimes(holder.client.settings).access),
  };
}

export function idClaims(context: Context, holder: Holder, session: Session): Claims {
  return {
    ...attributeClaims(holder),
    ...sharedClaims(context, holder, session),
    ...roleClaims(context, holder),
    token_use: 'id',
    aud: holder.client.id,
    'cognito:username': holder.user.username,
    exp: toSeconds(context.clock.now() + lifetimes(holder.client.settings).id),
  };
}

function sharedClaims(context: Context, { pool, client, user }: Holder, session: Session): Claims {
  const groups = groupsOf(context, user).map(({ name }) => name);
  return {
    sub: user.sub,
    ...(groups.length > 0 && { 'cognito:groups': groups }),
    iss: issuerOf(context, pool.id),
    ...revocableClaims(context, client, session),
    // Has the same prefix as `origin_jti`, so that a global sign-out also revokes tokens without it.
    event_id: session.originJti.split('-')[0] + randomUuid(context.random).slice(8),
    auth_time: session.authTime,
    iat: toSeconds(context.clock.now()),
  };
}

/** Absent if the client does not allow revocation. (Developer guide, Revoking tokens) */
const revocableClaims = (context: Context, { settings }: Holder['client'], { originJti }: Session): Claims =>
  allowsRevocation(settings) ? { origin_jti: originJti, jti: randomUuid(context.random) } : {};

/** The group with the lowest precedence comes first, and its role is the preferred one. */
function roleClaims(context: Context, { user }: Holder): Claims {
  const roles = groupsOf(context, user).flatMap(({ roleArn }) => roleArn ?? []);
  return roles.length === 0 ? {} : { 'cognito:roles': roles, 'cognito:preferred_role': roles[0] };
}

const flags = ['email_verified', 'phone_number_verified'];

/** Flags are JSON booleans in a token, everything else is a string. */
function attributeClaims({ user, client }: { user: User; client: Holder['client'] }): Claims {
  const readable = Object.entries(user.attributes).filter(([name]) => mayRead(client.settings, name));
  return Object.fromEntries(
    readable.map(([name, value]) => [name, flags.includes(name) ? value === 'true' : value]),
  );
}
