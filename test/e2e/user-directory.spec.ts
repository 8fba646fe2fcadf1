import { beforeAll, describe, expect, it } from '@jest/globals';
import { UserDirectory } from '../../src/cognito/user-directory.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { createPoolUser, invite, poolPassword } from '../support/builders/pool-users.js';
import { openUsher } from '../support/drivers/usher.js';

let directory: UserDirectory;
const usher = openUsher();
beforeAll(async () => {
  directory = usher.app.get(UserDirectory);
});

const codeOf = (asking: Promise<unknown>) =>
  asking.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

describe('the user directory', () => {
  it('finds users in any state by address and by sub', async () => {
    const sub = await createPoolUser(usher, 'found@example.com');
    const found = {
      username: sub,
      sub,
      email: 'found@example.com',
      emailVerified: true,
      status: 'CONFIRMED',
      enabled: true,
      createdAt: expect.any(Date),
      modifiedAt: expect.any(Date),
      hasSecondFactor: false,
    };
    expect(await directory.find('FOUND@example.com')).toEqual(found);
    expect(await directory.find(sub)).toEqual(found);
    await usher.cognito.adminDisableUser({ UserPoolId: usher.userPoolId, Username: 'found@example.com' });
    expect(await directory.find(sub)).toEqual({ ...found, enabled: false });
    await invite(usher, 'invited@example.com');
    expect(await directory.find('invited@example.com')).toMatchObject({ status: 'FORCE_CHANGE_PASSWORD' });
    const signUp = { Username: 'stranger@example.com', Password: poolPassword };
    await usher.cognito.signUp({ ClientId: usher.clientId, ...signUp });
    expect(await directory.find('stranger@example.com')).toMatchObject({
      status: 'UNCONFIRMED',
      emailVerified: false,
    });
  });

  it('finds no user for an unknown address', async () => {
    expect(await directory.find('nobody@example.com')).toBeUndefined();
    expect(await directory.find('x'.repeat(300))).toBeUndefined();
    expect(await codeOf(directory.delete('nobody@example.com'))).toBe('done');
    expect(await codeOf(directory.disable('nobody@example.com'))).toBe('request.not_found');
  });

  it('sets a permanent password that conforms to the policy', async () => {
    await invite(usher, 'new@example.com');
    expect(await codeOf(directory.setPassword('new@example.com', 'no-digit-here'))).toBe('passwords.policy');
    expect(await codeOf(directory.setPassword('new@example.com', 'x'))).toBe('passwords.policy');
    await directory.setPassword('new@example.com', 'a-new-password-1');
    expect(await directory.find('new@example.com')).toMatchObject({ status: 'CONFIRMED' });
    expect((await usher.api.signIn('new@example.com', 'a-new-password-1')).status).toBe(200);
  });

  it('resends an invitation to invited users only', async () => {
    await invite(usher, 'again@example.com');
    await directory.inviteAgain('again@example.com', 'en');
    const mail = await usher.mail.waitFor(({ to }) => to.includes('again@example.com'));
    expect(mail.text).toContain('temporary password');
    await createPoolUser(usher, 'settled@example.com');
    const mails = usher.mail.messages().length;
    await directory.inviteAgain('settled@example.com', 'en');
    expect(usher.mail.messages()).toHaveLength(mails);
  });

  it('changes an address, unless it is taken', async () => {
    const sub = await createPoolUser(usher, 'old-address@example.com');
    await createPoolUser(usher, 'taken@example.com');
    expect(await codeOf(directory.changeEmail(sub, 'taken@example.com'))).toBe('auth.account_link_conflict');
    expect(await codeOf(directory.changeEmail(sub, 'no address'))).toBe('request.invalid');
    await directory.changeEmail(sub, 'new-address@example.com');
    expect(await directory.find(sub)).toMatchObject({
      email: 'new-address@example.com',
      emailVerified: true,
    });
    expect(await directory.find('old-address@example.com')).toBeUndefined();
  });

  it('disables, enables and deletes', async () => {
    const sub = await createPoolUser(usher, 'going@example.com');
    await directory.disable(sub);
    expect((await usher.api.signIn('going@example.com', poolPassword)).status).toBe(401);
    await directory.enable(sub);
    expect((await usher.api.signIn('going@example.com', poolPassword)).status).toBe(200);
    await directory.delete(sub);
    expect(await directory.find(sub)).toBeUndefined();
  });

  it('revokes every session at Cognito', async () => {
    const sub = await createPoolUser(usher, 'everywhere@example.com');
    const { body } = await usher.api.signIn('everywhere@example.com', poolPassword);
    await directory.signOutEverywhere(sub);
    const { refreshToken } = body.tokens ?? {};
    expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(401);
  });

  it('returns the password policy and caches it', async () => {
    const policy = {
      minimumLength: 8,
      requireUppercase: false,
      requireLowercase: false,
      requireNumbers: true,
      requireSymbols: false,
      passwordHistorySize: 0,
      temporaryPasswordValidityDays: 7,
    };
    const asked = () => usher.proxy.arrived.filter((operation) => operation === 'DescribeUserPool').length;
    const before = asked();
    expect(await directory.passwordPolicy()).toEqual(policy);
    expect(await directory.passwordPolicy()).toEqual(policy);
    expect(asked()).toBeLessThanOrEqual(before + 1);
    expect(asked()).toBeGreaterThan(0);
  });
});

describe('a configuration that AWS refuses', () => {
  it('causes a service error and an alarm', async () => {
    const denied = exception('AccessDeniedException', 'User: arn:aws:sts::1:assumed-role is not authorized');
    usher.proxy.answerWith('AdminGetUser', denied);
    expect(await codeOf(directory.find('found@example.com'))).toBe('internal');
    usher.proxy.answerWith('AdminGetUser', undefined);
    const alarm = usher.logLines().findLast((line) => line.includes('cognito.misconfigured'));
    expect(JSON.parse(alarm ?? '{}')).toMatchObject({
      asked: 'find-user',
      exception: 'AccessDeniedException',
    });
  });
});
