import { describe, expect, it } from '@jest/globals';
import { exception } from '../support/fakes/cognito-proxy.js';
import { allMailsSent, subjectsTo } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { lastSession, signInElsewhere, signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { rotation } from '../support/builders/test-pool.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ client: rotation(0) });

const refresh = (refreshToken: string) => usher.api.post('/auth/refresh', { refreshToken });

interface Person {
  email: string;
  password: string;
}

async function person(name: string): Promise<Person> {
  const email = `${name}@example.com`;
  await createPoolUser(usher, email);
  return { email, password: poolPassword };
}

/** As a thief with a copied refresh token does. */
async function refreshAtCognito(refreshToken: string) {
  const { AuthenticationResult: tokens } = await usher.cognito.getTokensFromRefreshToken({
    ClientId: usher.clientId,
    RefreshToken: refreshToken,
  });
  return { refreshToken: tokens?.RefreshToken ?? '', accessToken: tokens?.AccessToken ?? '' };
}

const worksAtCognito = (refreshToken: string) =>
  refreshAtCognito(refreshToken).then(
    () => true,
    () => false,
  );

const audited = ({ email }: Person) =>
  usher.database.sql<{ actor: string; detection: string }>(
    `SELECT actor, details->>'detection' AS detection FROM usher.audit JOIN users ON users.id = user_id
     WHERE email = $1 AND action = 'detect-token-reuse'`,
    [email],
  );

const alarms = (session: string) =>
  usher
    .logLines()
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.alarm === 'sessions.token_reuse' && line.session === session);

async function mailsTo({ email }: Person): Promise<string[]> {
  await allMailsSent(usher);
  return subjectsTo(usher, email);
}

const copied = 'A sign-in to your account may have been copied';

async function expectReuse(owner: Person, session: string, detection: string): Promise<void> {
  expect(
    await usher.database.sql('SELECT ended_reason FROM usher.sessions WHERE id = $1', [session]),
  ).toEqual([{ ended_reason: 'reuse' }]);
  expect(alarms(session)).toMatchObject([{ level: 'error', detection }]);
  expect(await audited(owner)).toEqual([{ actor: 'usher', detection }]);
  expect(await mailsTo(owner)).toEqual([copied]);
}

/** The token of the last RevokeToken request. */
const lastRevoked = () => String(usher.proxy.calls.at(-1)?.request.Token);

const lastId = async () => (await lastSession<{ id: string }>(usher, 'id')).id;

describe('a refresh token that a thief has rotated at Cognito', () => {
  it('is refused by Usher, and the family is revoked with alarm, audit entry and mail', async () => {
    const owner = await person('thief-here');
    const mine = await signInWithTokens(usher.api, owner);
    const other = await signInWithTokens(usher.api, owner);
    await usher.database.sql(
      `UPDATE usher.sessions SET created_at = now() - interval '1 minute'
      WHERE id = (SELECT session_id FROM usher.session_refresh_tokens WHERE digest = sha256($1))`,
      [Buffer.from(mine.refreshToken)],
    );
    const [row] = await usher.database.sql<{ id: string }>(
      'SELECT session_id AS id FROM usher.session_refresh_tokens WHERE digest = sha256($1)',
      [Buffer.from(mine.refreshToken)],
    );
    const stolen = await refreshAtCognito(mine.refreshToken);
    const answer = await refresh(stolen.refreshToken);
    expect(answer.body.code).toBe('auth.token_invalid');
    expect(answer.body.tokens).toBeUndefined();
    await expectReuse(owner, row?.id ?? '', 'unknown_token');
    expect(await statusWith(usher.api, mine.accessToken)).toBe(401);
    expect(await statusWith(usher.api, stolen.accessToken)).toBe(401);
    expect((await refresh(mine.refreshToken)).body.code).toBe('auth.token_invalid');
    expect(await worksAtCognito(stolen.refreshToken)).toBe(false);
    expect(await statusWith(usher.api, other.accessToken)).toBe(200);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  it('raises the alarm when the owner refreshes, and all sessions of the owner are revoked', async () => {
    const owner = await person('owner-here');
    const other = await signInWithTokens(usher.api, owner);
    const mine = await signInWithTokens(usher.api, owner);
    const id = await lastId();
    const stolen = await refreshAtCognito(mine.refreshToken);
    expect((await refresh(mine.refreshToken)).body.code).toBe('auth.token_invalid');
    await expectReuse(owner, id, 'refused_by_cognito');
    expect(alarms(id)).toMatchObject([{ globalSignOut: 'done' }]);
    expect(await worksAtCognito(stolen.refreshToken)).toBe(false);
    for (const { accessToken } of [mine, stolen, other])
      expect(await statusWith(usher.api, accessToken)).toBe(401);
    expect((await refresh(mine.refreshToken)).body.code).toBe('auth.token_invalid');
    expect(await mailsTo(owner)).toEqual([copied]);
  });

  it('is revoked by GlobalSignOut when AdminUserGlobalSignOut is impossible', async () => {
    const owner = await person('no-credentials');
    const mine = await signInWithTokens(usher.api, owner);
    const id = await lastId();
    const stolen = await refreshAtCognito(mine.refreshToken);
    usher.proxy.answerWith('RevokeToken', exception('InternalErrorException', '', 500));
    // As in a pool whose user names are not subs, or without AWS credentials.
    usher.proxy.answerWith('AdminUserGlobalSignOut', exception('UserNotFoundException'));
    expect((await refresh(mine.refreshToken)).status).toBe(401);
    expect(alarms(id)).toMatchObject([{ globalSignOut: 'done' }]);
    expect(await worksAtCognito(stolen.refreshToken)).toBe(false);
  });

  it('raises the alarm while Cognito is unavailable for the revocation', async () => {
    const owner = await person('revocation-away');
    const mine = await signInWithTokens(usher.api, owner);
    const id = await lastId();
    const stolen = await refreshAtCognito(mine.refreshToken);
    for (const operation of ['AdminUserGlobalSignOut', 'RevokeToken'])
      usher.proxy.answerWith(operation, exception('InternalErrorException', '', 500));
    expect((await refresh(mine.refreshToken)).status).toBe(401);
    await expectReuse(owner, id, 'refused_by_cognito');
    expect(alarms(id)).toMatchObject([{ globalSignOut: 'failed' }]);
    expect((await refresh(stolen.refreshToken)).body.code).toBe('auth.token_invalid');
    expect(await statusWith(usher.api, stolen.accessToken)).toBe(401);
  });

  it('is not a reuse when the response to an earlier refresh was lost', async () => {
    const owner = await person('lost-answer');
    const mine = await signInWithTokens(usher.api, owner);
    const id = await lastId();
    usher.proxy.answerWith('GetTokensFromRefreshToken', (response) => {
      void refreshAtCognito(mine.refreshToken).then(() => response.destroy());
    });
    expect((await refresh(mine.refreshToken)).status).toBe(503);
    usher.proxy.answerWith('GetTokensFromRefreshToken', undefined);
    expect((await refresh(mine.refreshToken)).status).toBe(401);
    expect(await lastSession(usher, 'ended_reason')).toEqual({ ended_reason: 'ended at Cognito' });
    expect(alarms(id)).toEqual([]);
    expect(await audited(owner)).toEqual([]);
  });

  it('is a reuse after a throttled refresh', async () => {
    const owner = await person('turned-away');
    const mine = await signInWithTokens(usher.api, owner);
    const id = await lastId();
    usher.proxy.answerWith('GetTokensFromRefreshToken', exception('TooManyRequestsException', '', 429));
    expect((await refresh(mine.refreshToken)).status).toBe(503);
    usher.proxy.answerWith('GetTokensFromRefreshToken', undefined);
    await refreshAtCognito(mine.refreshToken);
    expect((await refresh(mine.refreshToken)).status).toBe(401);
    await expectReuse(owner, id, 'refused_by_cognito');
  });

  it('is mailed to the owner in the language of the sign-in', async () => {
    const owner = await person('german');
    const { body } = await usher.api.post('/auth/sign-in', owner, { 'accept-language': 'de' });
    const stolen = await refreshAtCognito(body.tokens?.refreshToken ?? '');
    expect((await refresh(stolen.refreshToken)).status).toBe(401);
    expect(await mailsTo(owner)).toEqual(['Eine Anmeldung an Ihrem Konto wurde möglicherweise kopiert']);
  });

  it('revokes the family when it is used to sign out at Usher', async () => {
    const owner = await person('thief-signs-out');
    const mine = await signInWithTokens(usher.api, owner);
    const id = await lastId();
    const stolen = await refreshAtCognito(mine.refreshToken);
    expect((await usher.api.post('/auth/sign-out', { refreshToken: stolen.refreshToken })).status).toBe(204);
    await expectReuse(owner, id, 'unknown_token');
    expect(await worksAtCognito(stolen.refreshToken)).toBe(false);
    expect(await statusWith(usher.api, mine.accessToken)).toBe(401);
  });
});

describe('a revoked family', () => {
  /** Ages the revocation, so that the clean-up of a sign-in deletes the row. */
  async function longAgo(id: string): Promise<void> {
    await usher.database.sql(
      `UPDATE usher.sessions SET ended_at = now() - interval '400 days' WHERE id = $1`,
      [id],
    );
    await signInWithTokens(usher.api, await person(`cleaner-${id}`));
    expect(await usher.database.sql('SELECT 1 FROM usher.sessions WHERE id = $1', [id])).toEqual([]);
  }

  it('is refused by routes and refreshes long after its row was deleted', async () => {
    const owner = await person('long-ago');
    await signInWithTokens(usher.api, owner);
    const hours = 25 * 3_600_000;
    usher.clock.advanceBy(-hours);
    const old = await signInElsewhere(usher, owner);
    usher.clock.advanceBy(hours);
    const mine = await refreshAtCognito(old.refreshToken);
    expect(await statusWith(usher.api, mine.accessToken)).toBe(200);
    // The proxy answers success without a revocation.
    usher.proxy.answerWith('RevokeToken', (response) => response.end('{}'));
    expect((await usher.api.post('/auth/sign-out', { refreshToken: mine.refreshToken })).status).toBe(204);
    const refreshToken = lastRevoked();
    usher.proxy.answerWith('RevokeToken', undefined);
    await longAgo(await lastId());
    const { api } = await usher.startProcess();
    expect(await statusWith(api, mine.accessToken)).toBe(401);
    expect((await api.post('/auth/refresh', { refreshToken })).body.code).toBe('auth.token_invalid');
    expect(await worksAtCognito(refreshToken)).toBe(false);
  });

  it('is refused when it began at another client and was signed out with a refresh token', async () => {
    const owner = await person('from-elsewhere');
    const mine = await signInWithTokens(usher.api, owner);
    const foreign = await signInElsewhere(usher, owner);
    expect(await statusWith(usher.api, foreign.accessToken)).toBe(200);
    expect((await usher.api.post('/auth/sign-out', { refreshToken: foreign.refreshToken })).status).toBe(204);
    expect(await statusWith(usher.api, foreign.accessToken)).toBe(401);
    expect(await worksAtCognito(foreign.refreshToken)).toBe(false);
    expect(await statusWith(usher.api, mine.accessToken)).toBe(200);
  });

  it('is revoked at Cognito when a trigger refuses the refresh', async () => {
    const foreign = await signInElsewhere(usher, await person('refusing-trigger'));
    const refusal = exception('UserLambdaValidationException', 'PreTokenGeneration failed');
    usher.proxy.answerWith('GetTokensFromRefreshToken', refusal);
    const { status } = await usher.api.post('/auth/sign-out', { refreshToken: foreign.refreshToken });
    expect(status).toBe(503);
    expect(await worksAtCognito(foreign.refreshToken)).toBe(false);
  });

  it('is revoked at Cognito again when it is refreshed', async () => {
    const owner = await person('not-told');
    const mine = await signInWithTokens(usher.api, owner);
    const stolen = await refreshAtCognito(mine.refreshToken);
    usher.proxy.answerWith('RevokeToken', exception('InternalErrorException', '', 500));
    expect((await usher.api.post('/auth/sign-out', { refreshToken: mine.refreshToken })).status).toBe(503);
    usher.proxy.answerWith('RevokeToken', undefined);
    expect(await lastSession(usher, 'revoked_at')).toEqual({ revoked_at: null });
    expect((await refresh(stolen.refreshToken)).body.code).toBe('auth.token_invalid');
    expect(await worksAtCognito(stolen.refreshToken)).toBe(false);
  });
});
