import { describe, expect, it } from '@jest/globals';
import { deviseUser } from '../support/builders/devise-users.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { allMailsSent, mailedCode, requestCode, subjectsTo } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { bearer, signInWithCookie, signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { openUsher, startUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const newPassword = 'another-password-1';
const change = (token: string, body: object = {}) =>
  usher.api.post(
    '/passwords/change',
    { currentPassword: poolPassword, password: newPassword, passwordConfirmation: newPassword, ...body },
    token === '' ? {} : bearer(token),
  );

/** A pool user with a row and a session. */
async function person(email: string) {
  await createPoolUser(usher, email);
  const tokens = await signInWithTokens(usher.api, { email, password: poolPassword });
  return { email, tokens };
}

const hashOf = async (email: string) =>
  (
    await usher.database.sql<{ hash: string }>(
      'SELECT encrypted_password AS hash FROM users WHERE email = $1',
      [email],
    )
  )[0]?.hash;

describe('POST /passwords/change', () => {
  it('changes the password at Cognito, revokes the other sessions and notifies the owner', async () => {
    const { email, tokens } = await person('change@example.com');
    const other = await signInWithTokens(usher.api, { email, password: poolPassword });
    const browser = await signInWithCookie(usher, { email, password: poolPassword });
    expect(await change(tokens.accessToken)).toMatchObject({ status: 204, text: '' });
    expect((await usher.api.signIn(email, poolPassword)).status).toBe(401);
    expect((await usher.api.signIn(email, newPassword)).status).toBe(200);
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(200);
    expect((await usher.api.post('/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(200);
    expect(await statusWith(usher.api, other.accessToken)).toBe(401);
    expect((await usher.api.post('/auth/refresh', { refreshToken: other.refreshToken })).status).toBe(401);
    expect((await browser.get('/users/me')).status).toBe(401);
    const revoked = usher.proxy.calls.filter(({ operation }) => operation === 'RevokeToken');
    expect(revoked.map(({ request }) => request.Token)).toContain(other.refreshToken);
    await allMailsSent(usher);
    expect(subjectsTo(usher, email)).toEqual(['Your password was changed']);
  });

  it('works with the session cookie from an allowed origin', async () => {
    const { email } = await person('cookie@example.com');
    const browser = await signInWithCookie(usher, { email, password: poolPassword });
    const body = { currentPassword: poolPassword, password: newPassword, passwordConfirmation: newPassword };
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await browser.post('/passwords/change', body, foreign)).body.code).toBe('auth.csrf');
    expect((await browser.post('/passwords/change', body)).status).toBe(204);
    expect((await browser.get('/users/me')).status).toBe(200);
  });

  it('deletes the legacy hash with every value of LEGACY_HASH', async () => {
    const user = deviseUser('plain');
    const { accessToken } = await signInWithTokens(usher.api, user);
    expect(await hashOf(user.email)).not.toBe('');
    expect((await change(accessToken, { currentPassword: user.password })).status).toBe(204);
    expect(await hashOf(user.email)).toBe('');
  });

  it('refuses invalid requests with the first error', async () => {
    const { tokens } = await person('refused@example.com');
    const codeOf = async (body: object) => {
      const { status, body: problem } = await change(tokens.accessToken, body);
      return `${status} ${problem.code} ${problem.errors?.map(({ field }) => field).join() ?? ''}`;
    };
    expect(await codeOf({ currentPassword: 'wrong-password-1' })).toBe('401 auth.invalid_credentials ');
    expect(await codeOf({ currentPassword: 'x' })).toBe('401 auth.invalid_credentials ');
    expect(await codeOf({ password: ' ', passwordConfirmation: 'other' })).toBe(
      '422 passwords.blank password,passwordConfirmation',
    );
    expect(await codeOf({ passwordConfirmation: 'other' })).toBe(
      '422 passwords.confirmation_mismatch passwordConfirmation',
    );
    expect(await codeOf({ currentPassword: undefined })).toBe('422 request.invalid currentPassword');
    const weak = { password: 'no-digit-here', passwordConfirmation: 'no-digit-here' };
    expect(await codeOf(weak)).toBe('422 passwords.policy password');
    expect((await change('')).body.code).toBe('auth.token_invalid');
  });

  it('returns Retry-After when Cognito limits the attempts', async () => {
    const { tokens } = await person('guessing@example.com');
    for (let guess = 1; guess <= 5; guess += 1)
      await change(tokens.accessToken, { currentPassword: `guess-${guess}` });
    const { status, headers, body } = await change(tokens.accessToken, { currentPassword: 'guess-6' });
    expect({ status, code: body.code, wait: headers.get('retry-after') }).toEqual({
      status: 429,
      code: 'too_many_requests',
      wait: '900',
    });
  });
});

describe('POST /passwords/reset', () => {
  it('revokes every session, also those of other clients, and notifies the owner', async () => {
    const { email, tokens } = await person('reset@example.com');
    const code = await requestCode(usher, email);
    const body = { email, code, password: newPassword, passwordConfirmation: newPassword };
    expect((await usher.api.post('/passwords/reset', body, { 'accept-language': 'de' })).status).toBe(204);
    expect(await statusWith(usher.api, tokens.accessToken)).toBe(401);
    expect(usher.proxy.arrived).toContain('AdminUserGlobalSignOut');
    await allMailsSent(usher);
    expect(subjectsTo(usher, email).at(-1)).toBe('Ihr Passwort wurde geändert');
  });

  it('names each violated rule of the pool’s policy, and refuses the code while Cognito limits the attempts', async () => {
    const { email } = await person('rules@example.com');
    const code = await requestCode(usher, email);
    const send = (password: string) =>
      usher.api.post('/passwords/reset', { email, code, password, passwordConfirmation: password });
    expect((await send('short1')).body.errors).toMatchObject([
      { field: 'password', code: 'too_short', params: { minimum: 8 } },
    ]);
    usher.proxy.answerWith(
      'ConfirmForgotPassword',
      exception('LimitExceededException', 'Attempt limit exceeded'),
    );
    const limited = await send(newPassword);
    usher.proxy.answerWith('ConfirmForgotPassword', undefined);
    // Cognito limits existing users only: 429 would reveal them.
    expect({ status: limited.status, code: limited.body.code }).toEqual({
      status: 422,
      code: 'passwords.code_wrong',
    });
    expect((await send(newPassword)).status).toBe(204);
  });
});

describe('the legacy password, after a stranger has requested a reset', () => {
  const requestReset = (email: string) => usher.api.post('/passwords/forgot', { email });

  it('is refused like any other when it is wrong', async () => {
    const user = deviseUser('second');
    await requestReset(user.email);
    const { body: refused } = await usher.api.signIn(user.email, user.wrong_password);
    const { body: unknown } = await usher.api.signIn('nobody@example.com', 'x');
    expect({ ...refused, requestId: '' }).toEqual({ ...unknown, requestId: '' });
    expect(usher.proxy.arrived).not.toContain('AdminSetUserPassword');
    expect((await usher.api.signIn(user.email, user.password)).status).toBe(200);
  });

  it('counts guesses on the schedule of /aws/auth', async () => {
    const user = deviseUser('failed_attempts');
    await requestReset(user.email);
    for (let guess = 1; guess <= 8; guess += 1) await usher.api.signIn(user.email, `guess-${guess}`);
    expect((await usher.api.signIn(user.email, user.password)).status).toBe(401);
    await usher.database.sql('DELETE FROM usher.account_failures');
    // Cognito counted the guesses as well.
    usher.clock.advanceBy(15 * 60_000);
    expect((await usher.api.signIn(user.email, user.password)).status).toBe(200);
  });

  it('is not restored when the pool user has another password', async () => {
    const user = deviseUser('lock_expired');
    await requestReset(user.email);
    await usher.cognito.adminSetUserPassword({
      UserPoolId: usher.userPoolId,
      Username: user.email,
      Password: 'chosen-elsewhere-1',
      Permanent: true,
    });
    expect((await usher.api.signIn(user.email, user.password)).status).toBe(401);
    expect((await usher.api.signIn(user.email, 'chosen-elsewhere-1')).status).toBe(200);
    expect((await usher.api.signIn(user.email, user.password)).status).toBe(401);
  });
});

describe('without AWS credentials', () => {
  it('resets work through Cognito, and the policy route answers 501', async () => {
    const alone = await usher.startProcess({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
    const policy = await alone.api.get('/passwords/policy');
    expect({ status: policy.status, code: policy.body.code }).toEqual({
      status: 501,
      code: 'cognito.credentials_missing',
    });
    const { email } = await person('alone@example.com');
    expect((await alone.api.post('/passwords/forgot', { email })).status).toBe(202);
    const body = {
      email,
      code: await mailedCode(usher, email),
      password: newPassword,
      passwordConfirmation: newPassword,
    };
    expect((await alone.api.post('/passwords/reset', body)).status).toBe(204);
    expect((await alone.api.signIn(email, 'wrong-password-1')).status).toBe(401);
    expect((await alone.api.signIn(email, newPassword)).status).toBe(200);
    const off = alone.logLines().find((line) => line.includes('AWS credentials not found'));
    expect(off).toContain("the pool's password policy");
  });
});

// Last: Passport's strategies are global, and the application started last replaces them.
describe('a legacy password that violates the policy of the pool', () => {
  it('is referred to the reset, only for the right password', async () => {
    const user = deviseUser('plain');
    const policy = { MinimumLength: 99 };
    const strict = await startUsher({ pool: { Policies: { PasswordPolicy: policy } } });
    await strict.api.post('/passwords/forgot', { email: user.email });
    const { status, body } = await strict.api.signIn(user.email, user.password);
    const guessed = await strict.api.signIn(user.email, user.wrong_password);
    await strict.close();
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'passwords.reset_required' });
    expect(guessed.body.code).toBe('auth.invalid_credentials');
  });
});
