import { describe, expect, it } from '@jest/globals';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
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
