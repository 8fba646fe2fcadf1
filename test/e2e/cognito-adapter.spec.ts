import { describe, expect, it } from '@jest/globals';
import { IdentityProvider, type SignInAnswer } from '../../src/cognito/identity-provider.js';
import { type Answerer, exception, json } from '../support/fakes/cognito-proxy.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { openUsher } from '../support/drivers/usher.js';

const ada = deviseUser('plain');

const usher = openUsher({ withSecret: true });

const signIn = () => usher.api.signIn(ada.email, ada.password);

/** The adapter with simulated responses of Cognito. */
const provider = () => usher.app.get(IdentityProvider, { strict: false });
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: unknown) => (error as { code: string }).code,
  );

describe('the response to a challenge', () => {
  const answer = (name = 'SMS_MFA', responses: Record<string, string> = { SMS_MFA_CODE: '123456' }) =>
    provider().answerChallenge({ name, session: 'the-session', userId: 'the-user', responses });

  it('is sent unchanged with the username of the challenge', async () => {
    await codeOf(answer('EMAIL_MFA', { EMAIL_MFA_CODE: '123456', USERNAME: 'somebody-else' }));
    expect(usher.proxy.calls.at(-1)).toMatchObject({
      operation: 'RespondToAuthChallenge',
      request: {
        ClientId: usher.clientId,
        ChallengeName: 'EMAIL_MFA',
        Session: 'the-session',
        ChallengeResponses: { USERNAME: 'the-user', EMAIL_MFA_CODE: '123456' },
      },
    });
  });

  it('is accepted by a pool through a client with a secret', async () => {
    const email = 'invited@example.com';
    await usher.cognito.adminCreateUser({
      UserPoolId: usher.userPoolId,
      Username: email,
      TemporaryPassword: 'temporary-1',
      MessageAction: 'SUPPRESS',
    });
    const asked = await provider().signIn(email, 'temporary-1');
    if (asked.kind !== 'challenge') throw new Error('a temporary password was enough');
    const { name, session, parameters } = asked.challenge;
    expect(name).toBe('NEW_PASSWORD_REQUIRED');
    const step = { name, session, userId: parameters.USER_ID_FOR_SRP ?? '' };
    const choose = (password: string) =>
      provider().answerChallenge({ ...step, responses: { NEW_PASSWORD: password } });
    await expect(choose('short')).rejects.toMatchObject({
      code: 'passwords.policy',
      errors: [{ field: 'answers.NEW_PASSWORD', message: 'password.too_short' }],
    });
    expect((await choose('lasting-password-1')).kind).toBe('tokens');
    expect(await codeOf(choose('lasting-password-1'))).toBe('auth.challenge_expired');
  });

  it('can return another challenge with its own session', async () => {
    const ChallengeParameters = { USER_ID_FOR_SRP: 'the-user' };
    usher.proxy.answerWith(
      'RespondToAuthChallenge',
      json({ ChallengeName: 'EMAIL_MFA', Session: 'the-next', ChallengeParameters }),
    );
    const expected: SignInAnswer = {
      kind: 'challenge',
      challenge: { name: 'EMAIL_MFA', session: 'the-next', parameters: ChallengeParameters },
    };
    expect(await answer()).toEqual(expected);
  });

  it.each<[string, Answerer]>([
    ['auth.challenge_expired', exception('NotAuthorizedException', 'Invalid session for the user.')],
    ['auth.code_wrong', exception('CodeMismatchException', 'Invalid code received for user')],
    ['auth.code_expired', exception('ExpiredCodeException')],
    ['passwords.policy', exception('InvalidPasswordException')],
    ['request.invalid', exception('InvalidParameterException', 'Invalid attributes given, name is missing')],
    ['auth.invalid_credentials', exception('NotAuthorizedException', 'User is disabled.')],
    ['internal', exception('MFAMethodNotFoundException')],
    ['cognito.unexpected_answer', json({})],
  ])('%s', async (code, taken) => {
    usher.proxy.answerWith('RespondToAuthChallenge', taken);
    expect(await codeOf(answer())).toBe(code);
  });
});

describe('an authenticator app', () => {
  const inSignIn = { session: 'the-session' };
  const signedIn = { accessToken: 'the-token' };

  it('is set up with a session during a sign-in, and with the access token afterwards', async () => {
    usher.proxy.answerWith('AssociateSoftwareToken', json({ SecretCode: 'ABC', Session: 'the-next' }));
    expect(await provider().associateSoftwareToken(inSignIn)).toEqual({
      secretCode: 'ABC',
      session: 'the-next',
    });
    usher.proxy.answerWith('AssociateSoftwareToken', json({ SecretCode: 'ABC' }));
    expect(await provider().associateSoftwareToken(signedIn)).toEqual({
      secretCode: 'ABC',
      session: undefined,
    });
    usher.proxy.answerWith('AssociateSoftwareToken', json({}));
    expect(await codeOf(provider().associateSoftwareToken(signedIn))).toBe('cognito.unexpected_answer');
  });

  it('is verified with a code', async () => {
    usher.proxy.answerWith('VerifySoftwareToken', json({ Status: 'SUCCESS', Session: 'the-next' }));
    expect(await provider().verifySoftwareToken(inSignIn, '123456', 'phone')).toBe('the-next');
    usher.proxy.answerWith('VerifySoftwareToken', json({ Status: 'SUCCESS' }));
    expect(await provider().verifySoftwareToken(signedIn, '123456')).toBeUndefined();
  });

  it.each<[string, Answerer]>([
    ['auth.code_wrong', json({ Status: 'ERROR' })],
    ['auth.code_wrong', exception('EnableSoftwareTokenMFAException')],
    ['auth.code_wrong', exception('CodeMismatchException')],
    [
      'auth.code_expired',
      exception('ExpiredCodeException', 'Your software token has already been used once.'),
    ],
    ['auth.token_invalid', exception('NotAuthorizedException', 'Access Token has been revoked')],
  ])('%s', async (code, taken) => {
    usher.proxy.answerWith('VerifySoftwareToken', taken);
    expect(await codeOf(provider().verifySoftwareToken(signedIn, '123456'))).toBe(code);
  });

  it('can be required at every sign-in and disabled again', async () => {
    for (const enabled of [true, false]) {
      usher.proxy.answerWith('SetUserMFAPreference', undefined);
      await codeOf(provider().preferSoftwareToken('the-token', enabled));
      expect(usher.proxy.calls.at(-1)).toMatchObject({
        operation: 'SetUserMFAPreference',
        request: {
          AccessToken: 'the-token',
          SoftwareTokenMfaSettings: { Enabled: enabled, PreferredMfa: enabled },
        },
      });
      usher.proxy.answerWith('SetUserMFAPreference', json({}));
      expect(await codeOf(provider().preferSoftwareToken('the-token', enabled))).toBe('answered');
    }
    usher.proxy.answerWith(
      'SetUserMFAPreference',
      exception('NotAuthorizedException', 'Invalid Access Token'),
    );
    expect(await codeOf(provider().preferSoftwareToken('the-token', true))).toBe('auth.token_invalid');
  });

  it('reports an expired session', async () => {
    expect(await codeOf(provider().associateSoftwareToken(inSignIn))).toBe('auth.challenge_expired');
    expect(await codeOf(provider().verifySoftwareToken(inSignIn, '123456'))).toBe('auth.challenge_expired');
  });
});

describe('a global sign-out', () => {
  const signOut = async () => provider().globalSignOut((await signIn()).body.tokens?.accessToken ?? '');

  it('revokes all tokens, and does not fail for revoked ones', async () => {
    const { accessToken = '', refreshToken = '' } = (await signIn()).body.tokens ?? {};
    await provider().globalSignOut(accessToken);
    expect(await codeOf(provider().refresh(refreshToken))).toBe('auth.token_invalid');
    expect(await codeOf(provider().globalSignOut(accessToken))).toBe('answered');
    expect(await codeOf(provider().globalSignOut('garbage'))).toBe('answered');
  });

  it.each<[string, Answerer]>([
    ['cognito.unavailable', (response) => response.destroy()],
    ['auth.forbidden', exception('NotAuthorizedException', 'Access Token does not have required scopes')],
    ['internal', exception('ResourceNotFoundException')],
  ])('reports an error for %s', async (code, taken) => {
    usher.proxy.answerWith('GlobalSignOut', taken);
    expect(await codeOf(signOut())).toBe(code);
  });
});
