import { describe, expect, it } from '@jest/globals';
import { exception, json } from '../support/fakes/cognito-proxy.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { signInElsewhere } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const ada = deviseUser('plain');

const usher = openUsher();

const signIn = () => usher.api.signIn(ada.email, ada.password);
const brief = ({ status, body }: { status: number; body: { code?: string } }) => ({
  status,
  code: body.code,
});

describe('an invalid response to InitiateAuth', () => {
  const tokens = { AccessToken: 'a', IdToken: 'b', RefreshToken: 'c', ExpiresIn: 3600, TokenType: 'Bearer' };

  it.each([
    ['neither result nor challenge', {}],
    ['null', null],
    ['a result without tokens', { AuthenticationResult: {} }],
    ['a result without an ID token', { AuthenticationResult: { ...tokens, IdToken: undefined } }],
    ['a result without a refresh token', { AuthenticationResult: { ...tokens, RefreshToken: undefined } }],
    ['tokens that are no tokens', { AuthenticationResult: tokens }],
    ['a challenge without a session', { ChallengeName: 'SMS_MFA' }],
  ])('%s is cognito.unexpected_answer', async (_what, body) => {
    usher.proxy.answerWith('InitiateAuth', json(body));
    expect(brief(await signIn())).toEqual({ status: 502, code: 'cognito.unexpected_answer' });
  });

  it('HTML is cognito.unexpected_answer', async () => {
    usher.proxy.answerWith('InitiateAuth', (response) => response.writeHead(200).end('<html>hello</html>'));
    expect(brief(await signIn())).toEqual({ status: 502, code: 'cognito.unexpected_answer' });
  });
});

describe('an exception of InitiateAuth', () => {
  it.each([
    ['NotAuthorizedException', 'Incorrect username or password.', 401, 'auth.invalid_credentials'],
    ['NotAuthorizedException', 'Password attempts exceeded', 401, 'auth.invalid_credentials'],
    ['NotAuthorizedException', 'User is disabled.', 401, 'auth.invalid_credentials'],
    ['UserNotFoundException', 'User does not exist.', 401, 'auth.invalid_credentials'],
    ['UserNotConfirmedException', 'User is not confirmed.', 401, 'auth.invalid_credentials'],
    [
      'PasswordResetRequiredException',
      'Password reset required for the user',
      401,
      'auth.invalid_credentials',
    ],
    ['InvalidParameterException', 'Username should be an email.', 401, 'auth.invalid_credentials'],
    ['InvalidParameterException', 'USER_PASSWORD_AUTH flow not enabled for this client', 500, 'internal'],
    ['NotAuthorizedException', 'Unable to verify secret hash for client abc', 500, 'internal'],
    ['ResourceNotFoundException', 'User pool client abc does not exist.', 500, 'internal'],
    ['UserLambdaValidationException', 'UserMigration failed with error x.', 503, 'cognito.unavailable'],
    ['UnexpectedLambdaException', 'UserMigration invocation failed', 503, 'cognito.unavailable'],
    ['TooManyRequestsException', 'Rate exceeded', 503, 'cognito.unavailable'],
    ['ThrottlingException', 'Rate exceeded', 503, 'cognito.unavailable'],
    ['NobodyHeardOfThisException', 'x', 500, 'internal'],
  ])('%s: %s', async (name, message, status, code) => {
    usher.proxy.answerWith('InitiateAuth', exception(name, message));
    expect(brief(await signIn())).toEqual({ status, code });
  });

  it('InternalErrorException', async () => {
    usher.proxy.answerWith('InitiateAuth', exception('InternalErrorException', 'x', 500));
    const answer = await signIn();
    expect(brief(answer)).toEqual({ status: 503, code: 'cognito.unavailable' });
    expect(answer.headers.get('retry-after')).toBe(String(answer.body.retryAfter));
  });

  it('a closed connection is cognito.unavailable', async () => {
    usher.proxy.answerWith('InitiateAuth', (response) => response.destroy());
    expect(brief(await signIn())).toEqual({ status: 503, code: 'cognito.unavailable' });
  });
});

describe('an exception of the password reset', () => {
  const limited = 'Attempt limit exceeded, please try after some time.';
  const codeWrong = 'passwords.code_wrong';
  const reset = () =>
    usher.api.post('/passwords/reset', {
      email: ada.email,
      code: '123456',
      password: 'password-1',
      passwordConfirmation: 'password-1',
    });

  it.each([
    ['CodeMismatchException', '', 422, codeWrong],
    ['ExpiredCodeException', '', 422, codeWrong],
    ['UserNotFoundException', '', 422, codeWrong],
    [
      'InvalidPasswordException',
      'Password did not conform with policy: Password must have symbol characters',
      422,
      'passwords.policy',
    ],
    ['PasswordHistoryPolicyViolationException', '', 422, 'passwords.reused'],
    ['LimitExceededException', limited, 422, codeWrong],
    ['TooManyFailedAttemptsException', '', 422, codeWrong],
  ])('%s', async (name, message, status, code) => {
    usher.proxy.answerWith('ConfirmForgotPassword', exception(name, message));
    expect(brief(await reset())).toEqual({ status, code });
  });

  it("does not repeat Cognito's text, which can echo the password", async () => {
    const text =
      "1 validation error detected: Value 'canary' at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6";
    usher.proxy.answerWith('ConfirmForgotPassword', exception('InvalidParameterException', text));
    const answer = await reset();
    expect(answer.body.errors).toEqual([
      { field: 'password', code: 'too_short', params: { minimum: 8 }, message: 'is too short' },
    ]);
    expect(answer.text + usher.logLines().join()).not.toContain('canary');
  });

  it.each([
    ['UserNotFoundException', 'x'],
    ['CodeDeliveryFailureException', 'x'],
    [
      'InvalidParameterException',
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    ],
    ['NotAuthorizedException', 'User password cannot be reset in the current state.'],
    ['LimitExceededException', limited],
  ])('ForgotPassword with %s is answered like a success', async (name, message) => {
    usher.proxy.answerWith('ForgotPassword', exception(name, message));
    expect((await usher.api.post('/passwords/forgot', { email: ada.email })).status).toBe(202);
  });
});

describe('sign-out', () => {
  it.each(['UnsupportedTokenTypeException', 'UnauthorizedException', 'InvalidParameterException'])(
    'does not fail on a token that Cognito answers with %s',
    async (name) => {
      usher.proxy.answerWith('RevokeToken', exception(name));
      expect((await usher.api.post('/auth/sign-out', { refreshToken: 'x' })).status).toBe(204);
    },
  );

  it.each([
    ['ForbiddenException', 500],
    ['ResourceNotFoundException', 500],
    ['TooManyRequestsException', 503],
  ])('reports an error when Cognito answers with %s', async (name, status) => {
    usher.proxy.answerWith('RevokeToken', exception(name));
    expect((await usher.api.post('/auth/sign-out', { refreshToken: 'x' })).status).toBe(status);
  });

  it('reports an error when Cognito is unavailable', async () => {
    usher.proxy.answerWith('RevokeToken', (response) => response.destroy());
    expect(brief(await usher.api.post('/auth/sign-out', { refreshToken: 'x' }))).toEqual({
      status: 503,
      code: 'cognito.unavailable',
    });
  });
});

describe('refresh with rotation', () => {
  it('returns the new refresh token', async () => {
    await signIn();
    const { accessToken } = await signInElsewhere(usher, ada);
    const result = {
      AccessToken: accessToken,
      IdToken: accessToken,
      RefreshToken: 'rotated',
      ExpiresIn: 3600,
    };
    usher.proxy.answerWith('GetTokensFromRefreshToken', json({ AuthenticationResult: result }));
    const refreshed = await usher.api.post('/auth/refresh', { refreshToken: 'old' });
    expect(refreshed.body.tokens?.refreshToken).toBe('rotated');
  });

  it.each(['RefreshTokenReuseException', 'NotAuthorizedException', 'UserNotFoundException'])(
    'treats %s as signed out',
    async (name) => {
      usher.proxy.answerWith('GetTokensFromRefreshToken', exception(name, 'Refresh Token has been revoked'));
      expect(brief(await usher.api.post('/auth/refresh', { refreshToken: 'old' }))).toEqual({
        status: 401,
        code: 'auth.token_invalid',
      });
    },
  );
});

describe('throttling by Cognito', () => {
  it('is retried once', async () => {
    const before = usher.proxy.arrived.length;
    usher.proxy.answerWith('InitiateAuth', (response) => {
      usher.proxy.answerWith('InitiateAuth', undefined);
      exception('TooManyRequestsException', 'Rate exceeded')(response);
    });
    expect((await signIn()).status).toBe(200);
    expect(usher.proxy.arrived.slice(before)).toEqual(['InitiateAuth', 'InitiateAuth']);
  });

  it('is not retried for operations with an hourly limit', async () => {
    const before = usher.proxy.arrived.length;
    usher.proxy.answerWith('ForgotPassword', exception('LimitExceededException'));
    await usher.api.post('/passwords/forgot', { email: ada.email });
    const sent = usher.proxy.arrived.slice(before).filter((operation) => operation === 'ForgotPassword');
    expect(sent).toHaveLength(1);
  });
});

describe('a misconfigured pool or client', () => {
  it.each([
    ['ResourceNotFoundException', 'User pool client canary does not exist.'],
    ['NotAuthorizedException', 'Unable to verify secret hash for client canary'],
    ['InvalidParameterException', 'USER_PASSWORD_AUTH flow not enabled for this client canary'],
    ['UnsupportedOperationException', 'canary'],
    ['ForbiddenException', 'Request blocked. canary'],
  ])('is logged with an alarm and not reported as a wrong password: %s', async (name, message) => {
    usher.proxy.answerWith('InitiateAuth', exception(name, message));
    const alarms = () => usher.logLines().filter((line) => line.includes('"alarm":"cognito.misconfigured"'));
    const before = alarms().length;
    expect(brief(await signIn())).toEqual({ status: 500, code: 'internal' });
    expect(alarms()).toHaveLength(before + 1);
    const alarm = JSON.parse(alarms().at(-1) ?? '') as object;
    expect(alarm).toMatchObject({ level: 'error', asked: 'sign-in', exception: name });
    expect(usher.logLines().join()).not.toContain('canary');
  });
});
