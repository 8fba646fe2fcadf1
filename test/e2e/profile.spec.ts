import { describe, expect, it } from '@jest/globals';
import { type Person, personWith } from '../support/builders/admins.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

async function signedIn(email: string): Promise<Record<string, string>> {
  await createPoolUser(usher, email);
  const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
  return bearer(accessToken);
}

const patch = (headers: Record<string, string>, body: unknown) =>
  usher.api.call('PATCH', '/users/me', { headers, body });

describe('PATCH /users/me', () => {
  it('changes the given members, keeps the others, and returns the complete profile', async () => {
    const me = await signedIn('grace@example.com');
    const first = await patch(me, {
      firstName: '  Grace ',
      lastName: 'Hopper',
      profile: { theme: 'dark', phone: { home: '1', work: '2' } },
    });
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      id: expect.any(Number),
      email: 'grace@example.com',
      firstName: 'Grace',
      lastName: 'Hopper',
      roles: [],
      permissions: [],
      profile: { theme: 'dark', phone: { home: '1', work: '2' } },
      unconfirmedEmail: null,
    });
    const second = await patch(me, {
      lastName: null,
      profile: { theme: null, phone: { work: '3' }, pets: ['cat'] },
    });
    const profile = { phone: { home: '1', work: '3' }, pets: ['cat'] };
    expect(second.body).toEqual({ ...first.body, lastName: null, profile });
    expect((await usher.api.get('/users/me', me)).body).toEqual(second.body);
    expect((await patch(me, {})).body).toEqual(second.body);
    expect((await patch(me, { firstName: '   ', profile: null })).body).toMatchObject({
      firstName: null,
      profile,
    });
  });

  it('keeps both of two concurrent changes', async () => {
    const me = await signedIn('twice@example.com');
    const names = Array.from({ length: 8 }, (_, n) => `field${n}`);
    await Promise.all(names.map((name) => patch(me, { profile: { [name]: name } })));
    const { profile } = (await usher.api.get('/users/me', me)).body;
    expect(Object.keys(profile as object).sort()).toEqual(names);
  });

  it.each([
    ['profile', { profile: 'text' }],
    ['profile', { profile: ['list'] }],
    ['profile', { profile: { nul: '\u0000' } }],
    ['profile', { profile: { '\ud800': 1 } }],
    ['profile', { profile: { text: 'x'.repeat(16 * 1024) } }],
    ['profile', { profile: JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as unknown }],
    ['firstName', { firstName: 7 }],
    ['firstName', { firstName: 'x'.repeat(256) }],
    ['lastName', { lastName: 'a\u0000b' }],
    ['roles', { roles: ['admin'] }],
    ['email', { email: 'other@example.com' }],
  ])('refuses an invalid %s and names it', async (field, body) => {
    const me = await signedIn(`${crypto.randomUUID()}@example.com`);
    const { status, body: problem } = await patch(me, body);
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'request.invalid' });
    expect(problem.errors?.map((error) => error.field)).toEqual([field]);
  });

  it('refuses a change that would make the profile too large', async () => {
    const me = await signedIn('large@example.com');
    const half = 'x'.repeat(9000);
    expect((await patch(me, { profile: { one: half } })).status).toBe(200);
    const { status, body } = await patch(me, { firstName: 'Changed', profile: { two: half } });
    expect({ status, errors: body.errors?.map((error) => error.field) }).toEqual({
      status: 422,
      errors: ['profile'],
    });
    expect((await usher.api.get('/users/me', me)).body).toMatchObject({
      firstName: null,
      profile: { one: half },
    });
  });

  it('refuses a profile with thousands of levels', async () => {
    const me = await signedIn('deep@example.com');
    const raw = `{"profile":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}`;
    const headers = { ...me, 'content-type': 'application/json' };
    expect((await usher.api.call('PATCH', '/users/me', { raw, headers })).status).toBe(422);
  });

  it('requires a session', async () => {
    expect((await patch({}, { firstName: 'x' })).status).toBe(401);
  });

  it('is in the audit log without the written values', async () => {
    const me = await signedIn('audited@example.com');
    const { id } = (await patch(me, { firstName: 'Secretive', profile: { secret: 'value' } })).body;
    const [entry] = await usher.database.sql(
      `SELECT actor, actor_id AS actor_id, action, details FROM usher.audit WHERE user_id = $1`,
      [id],
    );
    const details = { fields: ['firstName', 'profile'] };
    expect(entry).toEqual({ actor: 'user', actor_id: String(id), action: 'update-profile', details });
  });
});

describe('DELETE /users/me', () => {
  const remove = ({ headers }: Pick<Person, 'headers'>, body?: unknown) =>
    usher.api.call('DELETE', '/users/me', { headers, body });

  const isInPool = async (email: string) => {
    const Filter = `email = "${email}"`;
    return (await usher.cognito.listUsers({ UserPoolId: usher.userPoolId, Filter })).Users?.length !== 0;
  };

  it('refuses the user at once, and deletes the pool user and the personal data', async () => {
    const person = await personWith(usher, 'leaving@example.com');
    await patch(person.headers, { firstName: 'Private' });
    expect(await remove(person)).toMatchObject({ status: 202, text: '' });
    expect((await usher.api.get('/users/me', person.headers)).status).toBe(401);
    expect((await usher.api.post('/auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
    expect((await usher.api.signIn(person.email, poolPassword)).status).toBe(401);
    await until(async () => !(await isInPool(person.email)));
    const rowOf = async () =>
      (await usher.database.sql(`SELECT email, first_name FROM users WHERE id = $1`, [person.id]))[0];
    const email = `erased-${person.id}@erased.invalid`;
    await until(async () => (await rowOf())?.email === email);
    expect(await rowOf()).toEqual({ email, first_name: null });
    const entries = await usher.database.sql(
      `SELECT actor, actor_id, action FROM usher.audit WHERE user_id = $1 ORDER BY id`,
      [person.id],
    );
    const actor_id = String(person.id);
    expect(entries).toEqual([
      { actor: 'user', actor_id, action: 'update-profile' },
      { actor: 'user', actor_id, action: 'request-erasure' },
      { actor: 'usher', actor_id: null, action: 'finish-erasure' },
    ]);
  });

  it('removes the cookies of the browser', async () => {
    const { email } = await personWith(usher, 'in-a-browser@example.com');
    const browser = usher.browser();
    await browser.signIn(email, poolPassword, 'cookie');
    expect(browser.cookies.size).toBe(2);
    expect((await browser.delete('/users/me')).status).toBe(202);
    expect(browser.cookies.size).toBe(0);
  });

  it('refuses the last enabled administrator, also of two who delete themselves at the same time', async () => {
    const first = await personWith(usher, 'admin-1@example.com', 'admin');
    expect(await remove(first)).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
    const disabled = await personWith(usher, 'disabled-admin@example.com', 'admin');
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [disabled.id]);
    expect((await remove(first)).status).toBe(403);
    const second = await personWith(usher, 'admin-2@example.com', 'admin');
    const statuses = (await Promise.all([remove(first), remove(second)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([202, 403]);
  });

  it('needs a recent proof, and the password is one', async () => {
    const person = await personWith(usher, 'undecided@example.com');
    usher.clock.advanceBy(11 * 60_000);
    // The API adopts the time from a response.
    await usher.api.get('/auth/mfa', person.headers);
    expect(await remove(person)).toMatchObject({
      status: 403,
      body: { code: 'auth.reauthentication_required' },
    });
    expect(await remove(person, { password: 'wrong-password-1' })).toMatchObject({
      status: 401,
      body: { code: 'auth.invalid_credentials' },
    });
    expect((await usher.api.get('/users/me', person.headers)).status).toBe(200);
    expect((await remove(person, { password: poolPassword })).status).toBe(202);
  });
});
