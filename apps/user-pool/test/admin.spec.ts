import type { AdminCreateUserRequest } from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from '@jest/globals';
import { openTestPool, password, refusal, startTestPool } from './support.js';

const pool = openTestPool();

const invite = (Username: string, request: Partial<AdminCreateUserRequest> = {}) =>
  pool.sdk.adminCreateUser({
    UserPoolId: pool.poolId,
    Username,
    DesiredDeliveryMediums: ['EMAIL'],
    ...request,
  });

const answer = (session: string | undefined, ChallengeResponses: Record<string, string>) =>
  pool.sdk.respondToAuthChallenge({
    ClientId: pool.clientId,
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session: session,
    ChallengeResponses,
  });

describe('an invited user', () => {
  it('receives a temporary password by mail and sets a permanent one', async () => {
    const email = 'ann@example.com';
    const { User } = await invite(email);
    expect(User).toMatchObject({ UserStatus: 'FORCE_CHANGE_PASSWORD', Enabled: true });
    expect(User?.Username).toBe(User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value);
    const temporary = pool.lastCode();
    expect((await refusal(pool.signIn(email, 'Wrong-horse-1'))).message).toBe(
      'Incorrect username or password.',
    );
    const challenge = await pool.signIn(email, temporary);
    expect(challenge.ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    expect(challenge.ChallengeParameters).toEqual({
      USER_ID_FOR_SRP: User?.Username,
      requiredAttributes: '[]',
      userAttributes: JSON.stringify({ email }),
    });
    const answers = { USERNAME: email, NEW_PASSWORD: password };
    expect((await refusal(answer(challenge.Session, { ...answers, NEW_PASSWORD: 'weak' }))).name).toBe(
      'InvalidParameterException',
    );
    const { AuthenticationResult } = await answer(challenge.Session, answers);
    expect(AuthenticationResult?.RefreshToken).toBeDefined();
    expect(await refusal(answer(challenge.Session, answers))).toEqual({
      name: 'NotAuthorizedException',
      message: 'Invalid session for the user, session can only be used once.',
    });
    await pool.signIn(email);
  });

  it('completes the challenge only with a valid session of its own before it expires', async () => {
    await invite('bea@example.com');
    await pool.createUser('cyd@example.com');
    const { Session } = await pool.signIn('bea@example.com', pool.lastCode());
    const answers = { USERNAME: 'bea@example.com', NEW_PASSWORD: password };
    expect((await refusal(answer(Session, { ...answers, USERNAME: 'cyd@example.com' }))).message).toBe(
      'Invalid session for the user.',
    );
    expect((await refusal(answer('x'.repeat(1560), answers))).message).toBe('Invalid session for the user.');
    pool.server.clock.advanceBy(3 * 60_000);
    expect((await refusal(answer(Session, answers))).message).toBe(
      'Invalid session for the user, session is expired.',
    );
  });

  it('cannot sign in after the temporary password has expired', async () => {
    await invite('dan@example.com');
    const temporary = pool.lastCode();
    pool.server.clock.advanceBy(7 * 24 * 60 * 60_000);
    expect((await refusal(pool.signIn('dan@example.com', temporary))).message).toBe(
      'Temporary password has expired and must be reset by an administrator.',
    );
    await invite('dan@example.com', { MessageAction: 'RESEND' });
    expect((await pool.signIn('dan@example.com', pool.lastCode())).ChallengeName).toBe(
      'NEW_PASSWORD_REQUIRED',
    );
    await pool.createUser('done@example.com');
    expect((await refusal(invite('done@example.com', { MessageAction: 'RESEND' }))).name).toBe(
      'UnsupportedUserStateException',
    );
  });

  it('is not stored when the name is taken or invalid or the invitation cannot be delivered', async () => {
    await invite('eve@example.com');
    expect(await refusal(invite('EVE@example.com'))).toEqual({
      name: 'UsernameExistsException',
      message: 'User account already exists',
    });
    expect((await refusal(invite('eve'))).message).toBe('Username should be an email.');
    expect((await refusal(invite('fay@example.com', { DesiredDeliveryMediums: undefined }))).name).toBe(
      'InvalidParameterException',
    );
    const user = { UserPoolId: pool.poolId, Username: 'fay@example.com' };
    expect((await refusal(pool.sdk.adminGetUser(user))).name).toBe('UserNotFoundException');
    const nope = [{ Name: 'custom:nope', Value: '1' }];
    expect((await refusal(invite('fay@example.com', { UserAttributes: nope }))).message).toBe(
      'Attributes did not conform to the schema: custom:nope: Attribute does not exist in the schema.',
    );
  });
});

describe('administration', () => {
  it('sets a permanent or a temporary password', async () => {
    await pool.createUser('gus@example.com');
    const set = (Password: string, Permanent: boolean) =>
      pool.sdk.adminSetUserPassword({
        UserPoolId: pool.poolId,
        Username: 'gus@example.com',
        Password,
        Permanent,
      });
    await set('Temporary-1', false);
    expect((await pool.signIn('gus@example.com', 'Temporary-1')).ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    expect((await refusal(set('tooweak', true))).name).toBe('InvalidPasswordException');
  });

  it('finds a user by every name until it is deleted', async () => {
    const username = await pool.createUser('hal@example.com');
    const byName = (Username: string) => pool.sdk.adminGetUser({ UserPoolId: pool.poolId, Username });
    expect((await byName('hal@example.com')).Username).toBe(username);
    const user = await byName(username);
    expect(user.UserCreateDate).toBeInstanceOf(Date);
    expect(user.UserAttributes).toContainEqual({ Name: 'sub', Value: username });
    await pool.sdk.adminDeleteUser({ UserPoolId: pool.poolId, Username: 'hal@example.com' });
    expect((await refusal(byName('hal@example.com'))).message).toBe('User does not exist.');
  });

  it('lists users in pages and with a filter', async () => {
    const other = await startTestPool();
    const emails = ['a1@example.com', 'a2@example.com', 'b1@example.com', 'b2@example.com', 'b3@example.com'];
    for (const email of emails) await other.createUser(email);
    const list = (request: object) => other.sdk.listUsers({ UserPoolId: other.poolId, ...request });
    const email = (user: { Attributes?: { Name?: string; Value?: string }[] }) =>
      user.Attributes?.find(({ Name }) => Name === 'email')?.Value;
    const first = await list({ Limit: 2 });
    const second = await list({ Limit: 2, PaginationToken: first.PaginationToken });
    const third = await list({ Limit: 2, PaginationToken: second.PaginationToken });
    expect([first, second, third].flatMap(({ Users = [] }) => Users.map(email))).toEqual(emails);
    expect(third.PaginationToken).toBeUndefined();
    const filtered = async (Filter: string) => ((await list({ Filter })).Users ?? []).map(email);
    expect(await filtered('email = "A1@example.com"')).toEqual(['a1@example.com']);
    expect(await filtered('email ^= "b"')).toEqual(emails.slice(2));
    expect((await refusal(list({ Filter: 'email like "b"' }))).message).toBe('Error while parsing filter.');
    expect((await refusal(list({ PaginationToken: 'made-up' }))).name).toBe('InvalidParameterException');
    await other.server.close();
  });
});
