import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/common/clock/clock.js';
import { SealedBox } from '../../src/common/crypto/sealed-box.js';
import { json } from '../support/fakes/cognito-proxy.js';
import { answerTo, challengeOf, invite, temporaryPassword } from '../support/builders/pool-users.js';
import { startUsher, type Usher, openUsher } from '../support/drivers/usher.js';

const lasting = 'lasting-password-1';

/** An invited user who signed in with the temporary password and must set a new one. */
async function asked(usher: Usher, email: string, attributes = {}) {
  await invite(usher, email, attributes);
  return challengeOf(await usher.api.signIn(email, temporaryPassword));
}

describe('a temporary password', () => {
  const usher = openUsher();
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is replaced in one step without disclosing the id of the user', async () => {
    const challenge = await asked(usher, 'ann@example.com');
    expect(challenge).toEqual({
      name: 'NEW_PASSWORD_REQUIRED',
      session: expect.stringMatching(/^[\w-]{100,}$/),
      asks: ['NEW_PASSWORD'],
      expiresIn: 900,
      parameters: { requiredAttributes: '[]' },
    });
    const { status, body } = await answerTo(usher, challenge, { NEW_PASSWORD: lasting });
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ email: 'ann@example.com', roles: [] });
    const headers = { authorization: `Bearer ${body.tokens?.accessToken}` };
    expect((await usher.api.get('/users/me', headers)).body.email).toBe('ann@example.com');
    expect((await usher.api.signIn('ann@example.com', lasting)).body.tokens).toBeDefined();
  });

  it('can be replaced once', async () => {
    const challenge = await asked(usher, 'bea@example.com');
    expect((await answerTo(usher, challenge, { NEW_PASSWORD: lasting })).status).toBe(200);
    const { status, body } = await answerTo(usher, challenge, { NEW_PASSWORD: 'another-password-1' });
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.challenge_expired' });
    expect((await usher.api.signIn('bea@example.com', lasting)).status).toBe(200);
  });

  it('can be replaced with another password after one that violates the policy', async () => {
    const challenge = await asked(usher, 'cyd@example.com');
    const { status, body } = await answerTo(usher, challenge, { NEW_PASSWORD: 'short' });
    expect({ status, code: body.code, errors: body.errors }).toEqual({
      status: 422,
      code: 'passwords.policy',
      errors: [
        { field: 'answers.NEW_PASSWORD', code: 'too_short', params: { minimum: 8 }, message: 'is too short' },
      ],
    });
    expect((await answerTo(usher, challenge, { NEW_PASSWORD: lasting })).status).toBe(200);
  });

  it.each([
    [{}, [['answers.NEW_PASSWORD', 'is missing']]],
    [{ NEW_PASSWORD: '' }, [['answers.NEW_PASSWORD', 'is missing']]],
    [
      { NEW_PASSWORD: lasting, USERNAME: 'ann@example.com', 'userAttributes.email': 'ann@example.com' },
      [
        ['answers.USERNAME', 'is not a field of this request'],
        ['answers.userAttributes.email', 'is not a field of this request'],
      ],
    ],
  ])('refuses the answers %j without a request to Cognito', async (answers, errors) => {
    const challenge = await asked(usher, `dan-${Object.keys(answers).length}-${errors.length}@example.com`);
    const before = usher.proxy.arrived.length;
    const { status, body } = await answerTo(usher, challenge, answers);
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'request.invalid' });
    expect(body.errors?.map(({ field, message }) => [field, message])).toEqual(errors);
    expect(usher.proxy.arrived.slice(before)).toEqual([]);
  });

  it('does not sign in a user whose row may not be linked: the address is not verified', async () => {
    const challenge = await asked(usher, 'eve@example.com', { email_verified: 'false' });
    const { status, body } = await answerTo(usher, challenge, { NEW_PASSWORD: lasting });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'auth.account_link_conflict' });
    const answer = usher.proxy.calls.findLast(({ operation }) => operation === 'RespondToAuthChallenge');
    const { RefreshToken: refreshToken } = answer?.answer.AuthenticationResult as { RefreshToken: string };
    expect((await usher.api.post('/auth/refresh', { refreshToken })).body.code).toBe('auth.token_invalid');
  });

  it('does not sign in a user whose row is disabled before or between the steps', async () => {
    const disable = (email: string) =>
      usher.database.sql(
        `INSERT INTO users (email, created_at, updated_at, usher_disabled_at) VALUES ($1, now(), now(), now())`,
        [email],
      );
    const between = await asked(usher, 'fay@example.com');
    await disable('fay@example.com');
    const refused = await answerTo(usher, between, { NEW_PASSWORD: lasting });
    expect({ status: refused.status, code: refused.body.code }).toEqual({
      status: 401,
      code: 'auth.invalid_credentials',
    });
    const user = { UserPoolId: usher.userPoolId, Username: 'fay@example.com' };
    const { UserStatus } = await usher.cognito.adminGetUser(user);
    expect(UserStatus).toBe('FORCE_CHANGE_PASSWORD');

    await disable('gil@example.com');
    await invite(usher, 'gil@example.com');
    const { status, body } = await usher.api.signIn('gil@example.com', temporaryPassword);
    expect({ status, code: body.code, challenge: body.challenge }).toEqual({
      status: 401,
      code: 'auth.invalid_credentials',
      challenge: undefined,
    });
  });

  describe('the challenge session', () => {
    async function expectExpired(session: string): Promise<void> {
      const { status, body } = await answerTo(usher, { session }, { NEW_PASSWORD: lasting });
      expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.challenge_expired' });
    }

    it('cannot be forged, changed or taken from another purpose', async () => {
      const { session } = await asked(usher, 'hal@example.com');
      const bytes = Buffer.from(session, 'base64url');
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      const step = { name: 'NEW_PASSWORD_REQUIRED', session: 'x', userId: 'x', email: 'x', asks: [] };
      const foreign = usher.app.get(SealedBox).seal('reset-cookie', step, 900);
      const theirs = usher.proxy.calls.findLast(({ operation }) => operation === 'InitiateAuth')?.answer;
      for (const made of [
        'x',
        bytes.toString('base64url'),
        session.slice(4),
        foreign,
        String(theirs?.Session),
      ])
        await expectExpired(made);
      expect((await answerTo(usher, { session }, { NEW_PASSWORD: lasting })).status).toBe(200);
    });

    it('expires after fifteen minutes at Usher', async () => {
      const { session } = await asked(usher, 'ida@example.com');
      const later = new Date(Date.now() + 900_001);
      const before = usher.proxy.arrived.length;
      jest.spyOn(usher.app.get(Clock), 'now').mockReturnValue(later);
      await expectExpired(session);
      expect(usher.proxy.arrived.slice(before)).toEqual([]);
    });

    it('is expired when Cognito reports it', async () => {
      const { session } = await asked(usher, 'jan@example.com');
      usher.clock.advanceBy(3 * 60_000 + 1);
      await expectExpired(session);
    });
  });

  it.each([
    ['DEVICE_SRP_AUTH', {}, 'auth.challenge_unsupported', 422],
    ['CUSTOM_CHALLENGE', { USERNAME: 'x' }, 'auth.challenge_unsupported', 422],
    ['toString', {}, 'auth.challenge_unsupported', 422],
    ['SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: '["CARRIER_PIGEON"]' }, 'auth.challenge_unsupported', 422],
    ['MFA_SETUP', { MFAS_CAN_SETUP: '["SMS_MFA"]' }, 'auth.challenge_unsupported', 422],
    ['MFA_SETUP', {}, 'auth.challenge_unsupported', 422],
    ['NEW_PASSWORD_REQUIRED', { requiredAttributes: 'given_name' }, 'cognito.unexpected_answer', 502],
    ['SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: '[1]' }, 'cognito.unexpected_answer', 502],
  ])('may be followed by %s %j, which is %s', async (ChallengeName, ChallengeParameters, code, status) => {
    usher.proxy.answerWith('InitiateAuth', json({ ChallengeName, Session: 'theirs', ChallengeParameters }));
    const { status: answered, body } = await usher.api.signIn('kim@example.com', 'whatever-1');
    usher.proxy.answerWith('InitiateAuth', undefined);
    expect({ status: answered, code: body.code }).toEqual({ status, code });
  });
});

describe('a temporary password in a pool with required attributes', () => {
  it('is replaced together with missing attributes', async () => {
    const Schema = [
      { Name: 'given_name', AttributeDataType: 'String' as const, Required: true, Mutable: true },
    ];
    // A list of writable attributes must contain the required ones.
    const usher = await startUsher({ pool: { Schema }, client: { WriteAttributes: ['name', 'given_name'] } });
    const challenge = await asked(usher, 'ann@example.com');
    expect(challenge.asks).toEqual(['NEW_PASSWORD', 'userAttributes.given_name']);
    const half = await answerTo(usher, challenge, { NEW_PASSWORD: lasting });
    expect(half.body.errors).toEqual([
      { field: 'answers.userAttributes.given_name', code: 'missing', message: 'is missing' },
    ]);
    const answers = { NEW_PASSWORD: lasting, 'userAttributes.given_name': 'Ann' };
    const { status, body } = await answerTo(usher, challenge, answers);
    const user = { UserPoolId: usher.userPoolId, Username: 'ann@example.com' };
    const { UserAttributes } = await usher.cognito.adminGetUser(user);
    await usher.close();
    expect({ status, email: body.user?.email }).toEqual({ status: 200, email: 'ann@example.com' });
    expect(UserAttributes).toContainEqual({ Name: 'given_name', Value: 'Ann' });
  });
});

describe('a temporary password through an app client with a secret', () => {
  it('is replaced with the secret hash of the username at Cognito', async () => {
    const usher = await startUsher({ withSecret: true });
    const challenge = await asked(usher, 'ann@example.com');
    const { status, body } = await answerTo(usher, challenge, { NEW_PASSWORD: lasting });
    const answered = usher.proxy.calls.find(({ operation }) => operation === 'RespondToAuthChallenge');
    await usher.close();
    expect({ status, email: body.user?.email }).toEqual({ status: 200, email: 'ann@example.com' });
    expect(answered?.request.ChallengeResponses).toEqual({
      USERNAME: expect.stringMatching(/^[\da-f-]{36}$/),
      SECRET_HASH: expect.any(String),
      NEW_PASSWORD: lasting,
    });
  });
});
