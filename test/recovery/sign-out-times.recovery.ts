import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { personWith } from '../support/builders/admins.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { requestCode } from '../support/drivers/mails.js';
import {
  answerTo,
  challengeOf,
  createPoolUser,
  credentials,
  lastCode,
  poolPassword,
  setMfa,
  useFactors,
} from '../support/builders/pool-users.js';
import {
  bearer,
  signInElsewhere,
  signInWithCookie,
  signInWithTokens,
  statusWith,
  unrevoked,
} from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const waitingForLock = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;

/** Milliseconds that the pool's clock is ahead. */
let ahead = 0;
const usher = openUsher();
afterEach(() => setClock(0));

/** Cognito's clock differs from PostgreSQL's. */
function setClock(milliseconds: number): void {
  usher.clock.advanceBy(milliseconds - ahead);
  ahead = milliseconds;
}

const newPassword = 'another-password-1';
const twice = { password: newPassword, passwordConfirmation: newPassword };
const everywhere = (token: string) => usher.api.post('/auth/sign-out-everywhere', undefined, bearer(token));
const change = (token: string) =>
  usher.api.post('/passwords/change', { currentPassword: poolPassword, ...twice }, bearer(token));
const refresh = (refreshToken: string) => usher.api.post('/auth/refresh', { refreshToken });

/** Changes the password by mail. */
async function reset(email: string): Promise<void> {
  const code = await requestCode(usher, email);
  expect((await usher.api.post('/passwords/reset', { email, code, ...twice })).status).toBe(204);
}

const elsewhere = (email: string) => signInElsewhere(usher, credentials(email));

const skews = [0, -1000, -30_000, 30_000];

describe.each(skews)("with Cognito's clock %d ms ahead", (skew) => {
  const address = (name: string) => `${name}${skew}@example.com`;

  it('a session created after a sign-out everywhere is valid, also in the same second', async () => {
    const email = address('everywhere');
    await createPoolUser(usher, email);
    setClock(skew);
    const before = await signInWithTokens(usher.api, credentials(email));
    const foreign = await elsewhere(email);
    expect((await everywhere(before.accessToken)).status).toBe(204);
    const after = await signInWithTokens(usher.api, credentials(email));
    const browser = await signInWithCookie(usher, credentials(email));
    expect(await statusWith(usher.api, after.accessToken)).toBe(200);
    expect((await refresh(after.refreshToken)).status).toBe(200);
    expect((await browser.get('/users/me')).status).toBe(200);
    expect(await statusWith(usher.api, before.accessToken)).toBe(401);
    expect(await statusWith(usher.api, foreign.accessToken)).toBe(401);
  });

  it('a reset revokes sessions begun before it, at any client, and none begun after it', async () => {
    const email = address('reset');
    await createPoolUser(usher, email);
    setClock(skew);
    const before = await signInWithTokens(usher.api, credentials(email));
    const browser = await signInWithCookie(usher, credentials(email));
    const foreign = await elsewhere(email);
    expect(await statusWith(usher.api, foreign.accessToken)).toBe(200);
    await reset(email);
    const after = await signInWithTokens(usher.api, credentials(email, newPassword));
    expect(await statusWith(usher.api, after.accessToken)).toBe(200);
    expect((await browser.get('/users/me')).status).toBe(401);
    for (const { accessToken, refreshToken } of [before, foreign]) {
      expect(await statusWith(usher.api, accessToken)).toBe(401);
      expect((await refresh(refreshToken)).status).toBe(401);
    }
  });

  it("a change revokes all sessions but the caller's, and refuses to refresh those of other clients", async () => {
    const email = address('change');
    await createPoolUser(usher, email);
    setClock(skew);
    const mine = await signInWithTokens(usher.api, credentials(email));
    const foreign = await elsewhere(email);
    expect((await change(mine.accessToken)).status).toBe(204);
    expect(await statusWith(usher.api, foreign.accessToken)).toBe(401);
    expect((await refresh(foreign.refreshToken)).status).toBe(401);
    // A refreshed token of another client is refused as well: `auth_time` does not change.
    expect(await statusWith(usher.api, mine.accessToken)).toBe(200);
    const renewed = await refresh(mine.refreshToken);
    expect(renewed.status).toBe(200);
    expect(await statusWith(usher.api, renewed.body.tokens?.accessToken ?? '')).toBe(200);
  });

  it('a session of another client that changes the password stays valid', async () => {
    const email = address('from-elsewhere');
    await createPoolUser(usher, email);
    setClock(skew);
    const here = await signInWithTokens(usher.api, credentials(email));
    const mine = await elsewhere(email);
    expect((await change(mine.accessToken)).status).toBe(204);
    expect(await statusWith(usher.api, mine.accessToken)).toBe(200);
    expect((await refresh(mine.refreshToken)).status).toBe(200);
    expect(await statusWith(usher.api, here.accessToken)).toBe(401);
  });

  it('an administrator revokes sessions of other clients, and later ones are valid', async () => {
    const admin = await personWith(usher, address('admin'), 'admin');
    const person = await personWith(usher, address('person'));
    setClock(skew);
    const foreign = await elsewhere(person.email);
    await signInWithTokens(usher.api, credentials(person.email));
    const url = `/admin/users/${person.id}/sessions`;
    expect((await usher.api.delete(url, admin.headers)).status).toBe(204);
    expect(await statusWith(usher.api, foreign.accessToken)).toBe(401);
    const after = await signInWithTokens(usher.api, credentials(person.email));
    expect(await statusWith(usher.api, after.accessToken)).toBe(200);
  });
});

describe('a sign-in from before a sign-out', () => {
  /** Accepted by Cognito; Usher has not received the response yet. */
  async function signInInFlight(email: string, session?: 'cookie') {
    const { done, release: letGo } = usher.proxy.holdAnswer('InitiateAuth');
    const answer = usher.api.signIn(email, poolPassword, session);
    await done;
    return { answer, letGo };
  }

  const revokedSince = (before: number) =>
    usher.proxy.calls.slice(before).filter(({ operation }) => operation === 'RevokeToken').length;

  const ends: Record<string, (email: string, token: string) => Promise<unknown>> = {
    'a reset': (email) => reset(email),
    'a change': (_email, token) => change(token),
    'a sign-out everywhere': (_email, token) => everywhere(token),
  };

  it.each(Object.keys(ends))('%s creates no session, and its tokens are revoked', async (name) => {
    const email = `${name.replaceAll(' ', '-')}-in-flight@example.com`;
    await createPoolUser(usher, email);
    const { accessToken } = await signInWithTokens(usher.api, credentials(email));
    const flights = [await signInInFlight(email), await signInInFlight(email, 'cookie')];
    await ends[name]?.(email, accessToken);
    await until(async () => (await unrevoked(usher, email)) === 0);
    const before = usher.proxy.calls.length;
    for (const { answer, letGo } of flights) {
      letGo();
      const { status, body, headers } = await answer;
      expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.invalid_credentials' });
      expect(headers.get('set-cookie')).toBeNull();
    }
    expect(revokedSince(before)).toBe(2);
    const live = `SELECT 1 FROM usher.sessions JOIN users ON cognito_sub = sub WHERE email = $1 AND ended_at IS NULL`;
    expect(await usher.database.sql(live, [email])).toHaveLength(name === 'a change' ? 1 : 0);
  });

  it('is refused by a process that has not read the sign-out yet', async () => {
    const email = 'not-heard@example.com';
    const sub = await createPoolUser(usher, email);
    await signInWithTokens(usher.api, credentials(email));
    const { answer, letGo } = await signInInFlight(email);
    // As another process records it.
    await usher.database.sql('SELECT usher.record_sign_out($1, NULL, NULL, NULL, 0, NULL)', [sub]);
    letGo();
    expect((await answer).status).toBe(401);
    expect((await usher.api.signIn(email, poolPassword)).status).toBe(200);
  });

  /** Runs `work` in a transaction of another process. */
  async function inTransaction(work: (client: pg.Client) => Promise<void>): Promise<void> {
    const client = await usher.database.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query('COMMIT');
    } finally {
      await client.end();
    }
  }

  const lockAwaited = () => until(async () => (await usher.database.sql(waitingForLock)).length > 0, 4000);

  it('waits for a sign-out that is being recorded', async () => {
    const email = 'two-connections@example.com';
    const sub = await createPoolUser(usher, email);
    await signInWithTokens(usher.api, credentials(email));
    const { answer, letGo } = await signInInFlight(email);
    await inTransaction(async (other) => {
      await other.query('SELECT usher.record_sign_out($1, NULL, NULL, NULL, 0, NULL)', [sub]);
      letGo();
      await lockAwaited();
    });
    expect((await answer).status).toBe(401);
  });

  it('is revoked by a sign-out that is recorded while its session is created', async () => {
    const email = 'the-other-way@example.com';
    const sub = await createPoolUser(usher, email);
    const { accessToken } = await signInWithTokens(usher.api, credentials(email));
    const insert = `INSERT INTO usher.sessions (id, sub, client_id, mode, origin_jti, access_expires_at)
      SELECT gen_random_uuid(), $1, 'client', 'tokens', 'being-created', now()
      WHERE usher.admits_session($1, 'being-created', 1, now(), NULL)`;
    let signedOut: ReturnType<typeof everywhere> | undefined;
    await inTransaction(async (other) => {
      await other.query(insert, [sub]);
      signedOut = everywhere(accessToken);
      await lockAwaited();
    });
    expect((await signedOut)?.status).toBe(204);
    const ended = `SELECT ended_at IS NOT NULL AS ended FROM usher.sessions WHERE origin_jti = 'being-created'`;
    expect(await usher.database.sql(ended)).toEqual([{ ended: true }]);
  });
});

describe('a challenge from before a sign-out', () => {
  const phone = '+41790000000';
  beforeAll(async () => {
    await setMfa(usher, {
      MfaConfiguration: 'OPTIONAL',
      SmsMfaConfiguration: {},
    });
  });

  /** A user with an open challenge and an earlier session of another client. */
  async function withOpenChallenge(email: string) {
    await createPoolUser(usher, email, { phone_number: phone, phone_number_verified: 'true' });
    const { accessToken } = await signInWithTokens(usher.api, credentials(email));
    await useFactors(usher, email, 'SMS');
    const challenge = challengeOf(await usher.api.signIn(email, poolPassword));
    return { accessToken, challenge, code: await lastCode(usher, phone) };
  }

  it.each(skews)("creates no session (Cognito's clock %d ms ahead)", async (skew) => {
    setClock(skew);
    const { accessToken, challenge, code } = await withOpenChallenge(`challenge${skew}@example.com`);
    expect((await everywhere(accessToken)).status).toBe(204);
    const { status, body } = await answerTo(usher, challenge, { SMS_MFA_CODE: code });
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.challenge_expired' });
    // Begun after the sign-out, in the same second.
    const next = challengeOf(await usher.api.signIn(`challenge${skew}@example.com`, poolPassword));
    const answered = await answerTo(usher, next, { SMS_MFA_CODE: await lastCode(usher, phone) });
    expect(answered.status).toBe(200);
    expect(await statusWith(usher.api, answered.body.tokens?.accessToken ?? '')).toBe(200);
  });

  it('creates no session in a process that has not read the sign-out yet', async () => {
    const email = 'challenge-not-heard@example.com';
    const { challenge, code } = await withOpenChallenge(email);
    const record = `SELECT usher.record_sign_out(cognito_sub, NULL, NULL, NULL, 0, NULL) FROM users WHERE email = $1`;
    const held = usher.proxy.holdAnswer('RespondToAuthChallenge');
    const answer = answerTo(usher, challenge, { SMS_MFA_CODE: code });
    await held.done;
    await usher.database.sql(record, [email]);
    held.release();
    expect((await answer).status).toBe(401);
  });
});

describe('a sign-out time', () => {
  it('refuses a session that Cognito refreshes long afterwards', async () => {
    const email = 'long-ago@example.com';
    const sub = await createPoolUser(usher, email);
    setClock(-20 * 24 * 3600_000);
    const foreign = await elsewhere(email);
    setClock(0);
    await usher.database.sql(
      `INSERT INTO usher.sign_outs (sub, signed_out_at, refused_through, updated_at)
       SELECT $1, at, extract(epoch FROM at)::bigint, at FROM (SELECT now() - interval '10 days' AS at) AS earlier`,
      [sub],
    );
    const { AuthenticationResult: renewed } = await usher.cognito.initiateAuth({
      ClientId: usher.clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: foreign.refreshToken },
    });
    expect(await statusWith(usher.api, renewed?.AccessToken ?? '')).toBe(401);
    expect((await refresh(foreign.refreshToken)).status).toBe(401);
    const after = await signInWithTokens(usher.api, credentials(email));
    expect(await statusWith(usher.api, after.accessToken)).toBe(200);
  });

  it('is deleted after the maximum lifetime of a refresh token', async () => {
    await usher.database.sql(
      `INSERT INTO usher.sign_outs (sub, signed_out_at)
       VALUES ('nine years', now() - interval '9 years'), ('eleven years', now() - interval '11 years')`,
    );
    await everywhere((await signInWithTokens(usher.api)).accessToken);
    const left = `SELECT sub FROM usher.sign_outs WHERE sub LIKE '%years'`;
    expect(await usher.database.sql(left)).toEqual([{ sub: 'nine years' }]);
  });

  it('refuses sessions that Cognito could not revoke, and they are revoked later', async () => {
    const email = 'revoked-later@example.com';
    await createPoolUser(usher, email);
    const mine = await signInWithTokens(usher.api, credentials(email));
    const other = await signInWithTokens(usher.api, credentials(email));
    usher.proxy.answerWith('RevokeToken', exception('InternalErrorException', '', 500));
    expect((await change(mine.accessToken)).status).toBe(204);
    usher.proxy.answerWith('RevokeToken', undefined);
    expect(await statusWith(usher.api, other.accessToken)).toBe(401);
    await usher.database.sql(
      `UPDATE usher.sessions SET ended_at = ended_at - interval '2 minutes' WHERE ended_at IS NOT NULL`,
    );
    const revokedTokens = () =>
      usher.proxy.calls.some(
        ({ operation, request }) => operation === 'RevokeToken' && request.Token === other.refreshToken,
      );
    // Each sign-in retries some pending revocations.
    await until(async () => {
      await signInWithTokens(usher.api);
      return revokedTokens();
    }, 10_000);
  });
});
