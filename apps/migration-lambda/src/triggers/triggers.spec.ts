import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { json, silence, text } from '../../test/fake-usher.js';
import type { TriggerEvent } from '../trigger-event.js';
import {
  forgot,
  hurried,
  LambdaUnderTest,
  PASSWORD,
  railsAlice,
  railsUnknown,
  signIn,
  signUp,
  TOKEN,
  trigger,
  TRY_LATER,
  unhurried,
  usherAlice,
  usherUnknown,
} from '../../test/lambda.js';

const NO_SIGN_UP =
  'This sign-up is not possible. If you have an account, please sign in or reset your password';
const aliceAttributes = {
  email: 'alice@example.com',
  email_verified: 'true',
  name: 'Alice Liddell',
  'custom:rails_app_id': '7',
};

const lambda = new LambdaUnderTest();
beforeEach(() => lambda.start());
afterEach(() => lambda.stop());

describe('a sign-in', () => {
  it.each([
    ['Usher', usherAlice],
    ['the original Rails endpoint', railsAlice],
    ['a Rails endpoint that writes ids as text', { ...railsAlice, id: '7' }],
  ])('with the right password migrates the user of %s', async (_who, answer) => {
    lambda.usher.willReply(json(answer));
    const event = signIn();
    expect(await lambda.handler(event, unhurried)).toEqual({
      ...event,
      response: {
        ...event.response,
        userAttributes: aliceAttributes,
        finalUserStatus: 'CONFIRMED',
        messageAction: 'SUPPRESS',
      },
    });
  });

  it('sends the request that the contract defines', async () => {
    lambda.usher.willReply(json(usherAlice));
    await lambda.handler(signIn(), unhurried);
    const [request, ...more] = lambda.usher.requests;
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      method: 'POST',
      url: '/aws/auth',
      headers: { 'content-type': 'application/json', 'x-request-id': 'request-1' },
    });
    expect(request?.body).toEqual({ email: 'Alice@Example.com', password: PASSWORD, access_token: TOKEN });
  });

  it.each([
    ['answers 201', json(railsAlice, 201)],
    [
      'sends additional keys',
      json({ ...railsAlice, encrypted_password: 'x', roles: ['a'], nested: { id: 8 } }),
    ],
  ])('migrates the user when the original Rails endpoint %s', async (_what, reply) => {
    lambda.usher.willReply(reply);
    const { response } = await lambda.handler(signIn(), unhurried);
    expect(response).toMatchObject({ userAttributes: aliceAttributes, finalUserStatus: 'CONFIRMED' });
  });

  it('fills the configured attributes from keys of the response', async () => {
    await lambda.configure({ USER_ATTRIBUTES: 'name=,locale=language,custom:bio=bio' });
    lambda.usher.willReply(json({ ...railsAlice, language: 'de', bio: 'canary'.repeat(500) }));
    for (const event of [signIn(), forgot()]) {
      const { response } = await lambda.handler(event, unhurried);
      const { name: _name, ...others } = aliceAttributes;
      expect(response).toHaveProperty('userAttributes', { ...others, locale: 'de' });
    }
    for (const line of lambda.logged) {
      expect(JSON.parse(line)).toHaveProperty('leftOut', ['custom:bio']);
      expect(line).not.toContain('canary');
    }
    expect(lambda.logged).toHaveLength(2);
  });

  it.each([
    ['wrong password, locked or unconfirmed', { ...usherAlice, success: false }],
    ['the same at the original Rails endpoint', { ...railsAlice, success: false }],
    ['unknown', usherUnknown],
    ['unknown at the original Rails endpoint', railsUnknown],
    ['unknown, optional keys left out', { user_exists: false, success: false }],
  ])('that fails returns the event unchanged: %s', async (_why, answer) => {
    lambda.usher.willReply(json(answer));
    await expectUnchanged(signIn());
  });

  it.each([
    'pässwörd',
    'パスワード🔑',
    'e\u0301 is not \u00e9',
    '\ud800 alone',
    ' spaces ',
    '"quoted\\"',
    '',
  ])('sends the password as typed: %j', async (password) => {
    lambda.usher.willReply(json(usherUnknown));
    await lambda.handler(signIn(password), unhurried);
    expect(lambda.usher.requests[0]?.body.password).toBe(password);
  });

  it('sets email_verified to false for an unverified address', async () => {
    lambda.usher.willReply(json({ ...usherAlice, email_verified: false }));
    const { response } = await lambda.handler(signIn(), unhurried);
    expect(response).toMatchObject({ userAttributes: { email_verified: 'false' } });
  });

  it.each([
    ['another attribute', 'custom:legacy_id', { 'custom:legacy_id': '7' }],
    ['no attribute', '', {}],
  ])(
    'stores the legacy id of a user without a name in %s if configured',
    async (_which, attribute, expected) => {
      await lambda.configure({ LEGACY_ID_ATTRIBUTE: attribute });
      lambda.usher.willReply(json({ ...usherAlice, first_name: null, last_name: null }));
      const { response } = await lambda.handler(signIn(), unhurried);
      expect(response).toHaveProperty('userAttributes', {
        email: 'alice@example.com',
        email_verified: 'true',
        ...expected,
      });
    },
  );
});

describe('a forgotten password', () => {
  it.each([
    ['Usher', usherAlice],
    ['Usher for a user who may not sign in', { ...usherAlice, success: false }],
    ['the original Rails endpoint', { ...railsAlice, success: false }],
  ])('lets Cognito send a code to a user of %s', async (_who, answer) => {
    lambda.usher.willReply(json(answer));
    const event = forgot();
    expect(await lambda.handler(event, unhurried)).toEqual({
      ...event,
      response: { ...event.response, userAttributes: aliceAttributes, messageAction: 'SUPPRESS' },
    });
    expect(lambda.usher.requests[0]?.body).toEqual({ email: 'Alice@Example.com', access_token: TOKEN });
  });

  it.each([
    ['unknown', usherUnknown],
    ['unknown at the original Rails endpoint', railsUnknown],
    ['not allowed', { ...usherAlice, password_reset_allowed: false }],
  ])('returns the event unchanged: %s', async (_why, answer) => {
    lambda.usher.willReply(json(answer));
    await expectUnchanged(forgot());
  });
});

describe('a sign-up', () => {
  it.each([
    ['Usher', usherUnknown],
    ['Usher for an approved row', { ...usherAlice, sign_up_allowed: true }],
    ['the original Rails endpoint', railsUnknown],
  ])('passes unchanged when allowed by %s', async (_who, answer) => {
    lambda.usher.willReply(json(answer));
    await expectUnchanged(signUp());
    expect(lambda.usher.requests[0]?.body).toEqual({ email: 'new@example.com', access_token: TOKEN });
  });

  it.each([
    ['sign_up_allowed is false', json(usherAlice)],
    ['the original Rails endpoint knows the address', json({ ...railsAlice, success: false })],
    ['Usher does not respond', silence],
    ['Usher fails', text('', 500)],
  ])('is refused when %s', async (_why, reply) => {
    lambda.usher.willReply(reply);
    await expect(lambda.handler(signUp(), hurried)).rejects.toThrow(new Error(NO_SIGN_UP));
  });

  it('uses the user name when the attributes contain no address', async () => {
    lambda.usher.willReply(json(usherUnknown));
    await lambda.handler(trigger('PreSignUp_SignUp'), unhurried);
    expect(lambda.usher.requests[0]?.body.email).toBe('Alice@Example.com');
  });

  it.each(['PreSignUp_AdminCreateUser', 'PreSignUp_ExternalProvider'])(
    'from %s passes without a request to Usher',
    async (source) => {
      await expectUnchanged(trigger(source));
      expect(lambda.usher.requests).toEqual([]);
    },
  );
});

describe('the request to Usher', () => {
  beforeEach(() => lambda.usher.willReply(json(usherUnknown)));
  const passedOn = (triggerSource: string, requestId: unknown) => {
    const key = triggerSource === 'UserMigration_Authentication' ? 'validationData' : 'clientMetadata';
    const request = { validationData: null, clientMetadata: null, [key]: { requestId } };
    return trigger(triggerSource, request);
  };
  const sources = ['UserMigration_Authentication', 'UserMigration_ForgotPassword', 'PreSignUp_SignUp'];

  it.each(sources)('contains its trigger source: %s', async (source) => {
    await lambda.handler(trigger(source), unhurried);
    expect(lambda.usher.requests[0]?.headers).toMatchObject({ 'x-trigger-source': source });
  });

  it.each(sources)('and the log line have the request id that Usher sent to Cognito: %s', async (source) => {
    await lambda.handler(passedOn(source, 'id-of-usher/1'), unhurried);
    expect(lambda.usher.requests[0]?.headers).toMatchObject({ 'x-request-id': 'id-of-usher/1' });
    expect(JSON.parse(lambda.logged[0] ?? '')).toHaveProperty('requestId', 'id-of-usher/1');
  });

  it.each(['', ' ', 'two words', 'line\nbreak', 'ä', 'x'.repeat(129), 7, null, ['id'], { id: 1 }])(
    'and the log line have the id of the invocation instead of an invalid id: %j',
    async (id) => {
      await lambda.handler(passedOn('UserMigration_Authentication', id), unhurried);
      expect(lambda.usher.requests[0]?.headers).toMatchObject({ 'x-request-id': 'request-1' });
      expect(JSON.parse(lambda.logged[0] ?? '')).toHaveProperty('requestId', 'request-1');
    },
  );

  it('and the log line have a new id if the event and the context have none', async () => {
    await lambda.handler(signIn());
    const id = lambda.usher.requests[0]?.headers['x-request-id'];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(lambda.logged[0] ?? '')).toHaveProperty('requestId', id);
  });
});

describe('any other trigger source', () => {
  it.each(['UserMigration_Other', 'PostConfirmation_ConfirmSignUp', '', 'constructor'])(
    'throws a neutral error: %j',
    async (source) => {
      await expect(lambda.handler(trigger(source), hurried)).rejects.toThrow(new Error(TRY_LATER));
      expect(lambda.usher.requests).toEqual([]);
      expect(lambda.logged.join('')).toContain('unknown trigger source');
    },
  );
});

async function expectUnchanged(event: TriggerEvent): Promise<void> {
  const before = structuredClone(event);
  expect(await lambda.handler(event, unhurried)).toEqual(before);
}
