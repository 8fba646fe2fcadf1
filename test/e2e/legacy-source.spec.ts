import { describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import type { AdminUserResponse } from '#contracts';
import { SourceSync } from '../../src/legacy/source-sync.js';
import { personWith } from '../support/builders/admins.js';
import { mailedCode, mailedToken, subjectsTo } from '../support/drivers/mails.js';
import { scrape, valueOf } from '../support/drivers/metrics.js';
import { oldPassword as password, openSourceUsher } from '../support/drivers/source-usher.js';
import { until } from '../support/drivers/until.js';

const usher = openSourceUsher();

const signUpOf = (email: string) => ({
  ...{ email, password: 'a strong password 4', passwordConfirmation: 'a strong password 4' },
});

const rowsOf = (email: string) =>
  usher.database.sql<{ legacy_id: string | null; hash: string; migrated: boolean }>(
    `SELECT usher_legacy_id AS legacy_id, encrypted_password AS hash, cognito_sub IS NOT NULL AS migrated
     FROM users WHERE email = $1 ORDER BY id`,
    [email],
  );
const askAwsAuth = async (email: string, typed?: string) =>
  (await usher.api.post('/aws/auth', { access_token: usher.migrationToken, email, password: typed })).body;
const codeOf = async (email: string, typed = password) => {
  const { status, body } = await usher.api.signIn(email, typed);
  return status === 200 ? 200 : body.code;
};
const isInPool = (email: string) =>
  usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: email }).then(
    () => true,
    () => false,
  );
const countOf = async (reason: string) => {
  const [row] = await usher.database.sql<{ people: string }>(
    'SELECT coalesce(sum(people), 0)::text AS people FROM usher.migration_counts WHERE reason = $1',
    [reason],
  );
  return Number(row?.people);
};

describe('people of a read-only source', () => {
  it('sign in with their old password and are in the pool from then on', async () => {
    const legacyId = await usher.person('ada@example.com');
    const { status, body } = await usher.api.signIn('ada@example.com', password);
    expect({ status, user: body.user }).toMatchObject({
      status: 200,
      user: { email: 'ada@example.com', firstName: 'Ada', lastName: null },
    });
    expect(await rowsOf('ada@example.com')).toEqual([
      { legacy_id: String(legacyId), hash: '', migrated: true },
    ]);
    const [attributes] = await Promise.all([
      usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: 'ada@example.com' }),
    ]);
    expect(attributes.UserAttributes).toContainEqual({
      Name: 'custom:rails_app_id',
      Value: String(legacyId),
    });
    await usher.source.takeAway();
    expect(await codeOf('ada@example.com')).toBe(200);
    expect(await codeOf('ada@example.com', 'wrong')).toBe('auth.invalid_credentials');
  });

  it.each([
    ['a wrong password', {}, 'wrong'],
    ['a block', { blocked: true }, password],
    ['an address that is not verified', { verified: false }, password],
    ['a lock', { locked_until: '2100-01-01' }, password],
    ['no hash', { password: null }, password],
    ['a hash of no format', { password: 'x'.repeat(60) }, password],
  ])('are refused with %s', async (name, state, typed) => {
    const email = `${name.replaceAll(' ', '-')}@example.com`;
    await usher.person(email, state);
    expect(await codeOf(email, typed)).toBe('auth.invalid_credentials');
    expect(await askAwsAuth(email)).toMatchObject({ success: false, sign_up_allowed: false });
  });

  it('sign in with the password that they have at the source at that time', async () => {
    const legacyId = await usher.person('changed@example.com');
    expect(await codeOf('changed@example.com', 'wrong')).toBe('auth.invalid_credentials');
    const next = bcrypt.hashSync('the next password 2', 4);
    await usher.source.database.sql('UPDATE people SET password = $1 WHERE id = $2', [next, legacyId]);
    expect(await codeOf('changed@example.com')).toBe('auth.invalid_credentials');
    expect(await codeOf('changed@example.com', 'the next password 2')).toBe(200);
  });

  it('are shown to administrators with their id, lock and block at the source', async () => {
    const { headers } = await personWith(usher, 'the-admin@example.org', 'admin');
    const locked = await usher.person('seen-locked@example.com', { locked_until: '2100-01-01' });
    const blocked = await usher.person('seen-blocked@example.com', { blocked: true });
    for (const email of ['seen-locked@example.com', 'seen-blocked@example.com']) await codeOf(email);
    const { body } = await usher.api.get('/admin/users?search=seen-', headers);
    const shown = (body.users as AdminUserResponse[]).map((user) => [
      ...[user.legacyId, user.locked, user.blocked],
    ]);
    expect(shown).toEqual([
      [String(blocked), false, true],
      [String(locked), true, false],
    ]);
  });

  it('stay refused after their deletion, although the source still has them', async () => {
    const { headers } = await personWith(usher, 'the-deleter@example.org', 'admin');
    await usher.person('deleted@example.com');
    expect(await codeOf('deleted@example.com', 'wrong')).toBe('auth.invalid_credentials');
    const { body } = await usher.api.get('/admin/users?search=deleted@', headers);
    const [user] = body.users as AdminUserResponse[];
    expect((await usher.api.delete(`/admin/users/${user?.id}`, headers)).status).toBe(202);
    expect(await codeOf('deleted@example.com')).toBe('auth.invalid_credentials');
    expect(await askAwsAuth('deleted@example.com')).toMatchObject({
      user_exists: false,
      sign_up_allowed: false,
    });
    const digests = await usher.database.sql(
      'SELECT 1 FROM users WHERE usher_erased_at IS NOT NULL AND usher_legacy_digest IS NOT NULL',
    );
    expect(digests).toEqual([]);
  });

  it('have the attributes of the source file in the answer to the Lambda', async () => {
    const legacyId = await usher.person('attributes@example.com', { language: 'de-CH' });
    const { status, body } = await usher.api.post('/aws/auth', {
      ...{ access_token: usher.migrationToken, email: 'attributes@example.com', password },
    });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { id: legacyId, locale: 'de-CH', first_name: 'Ada', success: true, email_verified: true },
    });
  });

  it('keep a password that they set through Usher, also when the pool user is gone', async () => {
    await usher.person('reset@example.com');
    await usher.api.post('/passwords/forgot', { email: 'reset@example.com' });
    const code = await mailedCode(usher, 'reset@example.com');
    const next = { password: 'a new password 3', passwordConfirmation: 'a new password 3' };
    const reset = await usher.api.post('/passwords/reset', { email: 'reset@example.com', code, ...next });
    expect(reset.status).toBe(204);
    expect((await askAwsAuth('reset@example.com', password)).success).toBe(false);
    expect(await codeOf('reset@example.com', 'a new password 3')).toBe(200);
    expect(await codeOf('reset@example.com')).toBe('auth.invalid_credentials');
  });

  it.each([
    ['a block', 'blocked', true],
    ['a lifted block', 'blocked', false],
    ['a confirmation', 'verified', true],
  ])('are mailed a reset code, or not, as %s of this moment says', async (name, column, value) => {
    const email = `${name.replaceAll(' ', '-')}-now@example.com`;
    const id = await usher.person(email, { [column]: !value });
    expect(await codeOf(email, 'wrong')).toBe('auth.invalid_credentials');
    await usher.source.database.sql(`UPDATE people SET ${column} = $1 WHERE id = $2`, [value, id]);
    expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
    const isBlocked = column === 'blocked' && value;
    expect(await isInPool(email)).toBe(!isBlocked);
    if (isBlocked) return;
    const next = { password: 'a new password 3', passwordConfirmation: 'a new password 3' };
    const code = await mailedCode(usher, email);
    expect((await usher.api.post('/passwords/reset', { email, code, ...next })).status).toBe(204);
    expect(await codeOf(email, next.password)).toBe(200);
  });

  it('are mailed no reset code while they are blocked, also when the pool has them', async () => {
    const id = await usher.person('blocked-later@example.com');
    await usher.api.post('/passwords/forgot', { email: 'blocked-later@example.com' });
    await mailedCode(usher, 'blocked-later@example.com');
    const mails = subjectsTo(usher, 'blocked-later@example.com').length;
    await usher.source.database.sql('UPDATE people SET blocked = true WHERE id = $1', [id]);
    expect((await usher.api.post('/passwords/forgot', { email: 'blocked-later@example.com' })).status).toBe(
      202,
    );
    // Mails of the pool arrive in order.
    await usher.person('after-it@example.com');
    await usher.api.post('/passwords/forgot', { email: 'after-it@example.com' });
    await mailedCode(usher, 'after-it@example.com');
    expect(subjectsTo(usher, 'blocked-later@example.com')).toHaveLength(mails);
  });

  it('reset the password of the newest of several users with one address', async () => {
    const email = 'several@example.com';
    await usher.person(email, { joined_at: '2020-01-01' });
    const newest = await usher.person(email, { joined_at: '2024-01-01' });
    await usher.app.get(SourceSync, { strict: false }).run({ yes: true });
    await until(async () => (await rowsOf(email)).length === 2);
    expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
    const code = await mailedCode(usher, email);
    const next = { password: 'a new password 3', passwordConfirmation: 'a new password 3' };
    expect((await usher.api.post('/passwords/reset', { email, code, ...next })).status).toBe(204);
    expect(await codeOf(email, next.password)).toBe(200);
    expect((await rowsOf(email)).filter(({ migrated }) => migrated)).toMatchObject([
      { legacy_id: String(newest) },
    ]);
    expect(await codeOf(email)).toBe('auth.invalid_credentials');
  });

  it('sign in with the old password after the reset request of a stranger', async () => {
    await usher.person('owner@example.com');
    await usher.api.post('/passwords/forgot', { email: 'owner@example.com' });
    await mailedCode(usher, 'owner@example.com');
    expect(await codeOf('owner@example.com', 'wrong')).toBe('auth.invalid_credentials');
    expect(await codeOf('owner@example.com')).toBe(200);
  });

  it('sign in after such a request as soon as the source has lifted a block', async () => {
    const legacyId = await usher.person('lifted@example.com');
    await usher.api.post('/passwords/forgot', { email: 'lifted@example.com' });
    await mailedCode(usher, 'lifted@example.com');
    const block = (blocked: boolean) =>
      usher.source.database.sql('UPDATE people SET blocked = $1 WHERE id = $2', [blocked, legacyId]);
    await block(true);
    expect(await codeOf('lifted@example.com')).toBe('auth.invalid_credentials');
    await block(false);
    expect(await codeOf('lifted@example.com')).toBe(200);
  });

  it('are refused when several of them share an address, and nobody can sign up with it', async () => {
    await usher.person('shared@example.com');
    await usher.person('shared@example.com');
    expect(await codeOf('shared@example.com')).toBe('auth.invalid_credentials');
    expect(await askAwsAuth('shared@example.com')).toMatchObject({
      user_exists: false,
      sign_up_allowed: false,
    });
    const signUp = signUpOf('shared@example.com');
    expect((await usher.api.post('/users', signUp)).status).toBe(202);
    expect(await rowsOf('shared@example.com')).toEqual([]);
  });

  it('are told when somebody signs up with their address', async () => {
    const legacyId = await usher.person('known@example.com');
    const signUp = signUpOf('known@example.com');
    expect((await usher.api.post('/users', signUp)).status).toBe(202);
    await usher.mail.waitFor(({ to }) => to.includes('known@example.com'));
    expect(subjectsTo(usher, 'known@example.com')).toHaveLength(1);
    expect(await rowsOf('known@example.com')).toEqual([
      { legacy_id: String(legacyId), hash: '', migrated: false },
    ]);
    expect(await codeOf('known@example.com')).toBe(200);
  });

  it('confirm an address that the source has not verified, with the old password', async () => {
    await usher.person('unverified@example.com', { verified: false });
    const signUp = signUpOf('unverified@example.com');
    await usher.api.post('/users', signUp);
    const token = await mailedToken(usher, 'unverified@example.com');
    const confirm = (typed: string) =>
      usher.api.call('PUT', '/users/confirmation', { body: { token, password: typed } });
    expect((await confirm('wrong')).status).toBe(401);
    expect((await confirm(password)).status).toBe(204);
    expect(await codeOf('unverified@example.com')).toBe(200);
  });

  it('are refused when they are gone from the source, and count as gone', async () => {
    const legacyId = await usher.person('gone@example.com');
    expect(await codeOf('gone@example.com', 'wrong')).toBe('auth.invalid_credentials');
    await usher.source.database.sql('DELETE FROM people WHERE id = $1', [legacyId]);
    expect(await codeOf('gone@example.com')).toBe('auth.invalid_credentials');
    expect(await countOf('gone')).toBe(1);
    expect(await rowsOf('gone@example.com')).toHaveLength(1);
  });

  it('who have migrated are refused under an address that the source gave them later', async () => {
    const legacyId = await usher.person('first@example.com');
    expect(await codeOf('first@example.com')).toBe(200);
    await usher.source.database.sql(`UPDATE people SET email = 'second@example.com' WHERE id = $1`, [
      legacyId,
    ]);
    expect(await codeOf('second@example.com')).toBe('auth.invalid_credentials');
    expect(await askAwsAuth('second@example.com')).toMatchObject({ success: false, sign_up_allowed: false });
    expect(await codeOf('first@example.com')).toBe(200);
  });

  it('get 503 while the source is away, like everyone who has not migrated', async () => {
    await usher.person('away@example.com');
    await usher.source.takeAway();
    for (const email of ['away@example.com', 'nobody@example.com'])
      for (const typed of [password, 'wrong'])
        expect([email, await codeOf(email, typed)]).toEqual([email, 'legacy.unavailable']);
    for (const email of ['away@example.com', 'nobody@example.com']) {
      const { status, body } = await usher.api.post('/passwords/forgot', { email });
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'legacy.unavailable' });
    }
    const signUp = signUpOf('new@example.com');
    expect((await usher.api.post('/users', signUp)).body.code).toBe('legacy.unavailable');
    await usher.source.bringBack();
    await until(async () => (await codeOf('away@example.com')) === 200);
  });

  it('stay as they are at the source', async () => {
    const before = await usher.source.state();
    await usher.person('last@example.com');
    const [inserted] = (await usher.source.state()) as { n_tup_upd: string }[];
    expect(await codeOf('last@example.com')).toBe(200);
    expect(await codeOf('last@example.com', 'wrong')).toBe('auth.invalid_credentials');
    expect(before).toHaveLength(1);
    expect(((await usher.source.state()) as { n_tup_upd: string; rows: string }[])[0]?.n_tup_upd).toBe(
      inserted?.n_tup_upd,
    );
  });
});

it('notices at a refused sign-in that the migration trigger is silent', async () => {
  const silent = async () => valueOf(await scrape(usher.api), 'usher_trigger_silent_total');
  const { UserPool } = await usher.cognito.describeUserPool({ UserPoolId: usher.userPoolId });
  const setTrigger = (LambdaConfig: object) =>
    usher.cognito.updateUserPool({
      UserPoolId: usher.userPoolId,
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      Policies: UserPool?.Policies,
      LambdaConfig,
    });
  await usher.person('silent@example.com');
  await setTrigger({});
  try {
    expect(await codeOf('silent@example.com')).toBe('auth.invalid_credentials');
    await until(async () => (await silent()) === 1);
  } finally {
    await setTrigger(UserPool?.LambdaConfig ?? {});
  }
});
