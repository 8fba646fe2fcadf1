import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LambdaUnderTest, trigger, TRY_LATER, unhurried } from '../../test/lambda.js';
import { ConfigurationError } from '../config/configuration.js';
import { readMessageSettings } from '../config/message-settings.js';
import { createHandler } from '../create-handler.js';
import type { TriggerEvent } from '../trigger-event.js';

const lambda = new LambdaUnderTest();
beforeEach(async () => {
  await lambda.start();
  await lambda.configure({ APP_NAME: 'Acme <1>', PUBLIC_URL: 'https://auth.example.com/' });
});
afterEach(() => lambda.stop());

const sources = [
  'CustomMessage_SignUp',
  'CustomMessage_ResendCode',
  'CustomMessage_ForgotPassword',
  'CustomMessage_UpdateUserAttribute',
  'CustomMessage_VerifyUserAttribute',
  'CustomMessage_Authentication',
  'CustomMessage_AdminCreateUser',
];
const email = 'canary@example.com';

function messageEvent(source: string, request: object = {}): TriggerEvent {
  return {
    ...trigger(source, {
      userAttributes: { email },
      codeParameter: '{####}',
      usernameParameter: source === 'CustomMessage_AdminCreateUser' ? '{username}' : null,
      clientMetadata: null,
      ...request,
    }),
    response: { smsMessage: null, emailMessage: null, emailSubject: null, more: 1 },
  };
}

interface Response {
  emailSubject: string;
  emailMessage: string;
  smsMessage: string;
}
const answer = async (event: TriggerEvent) => (await lambda.handler(event, unhurried)).response as Response;
const lastLine = () => JSON.parse(lambda.logged.at(-1) ?? '') as Record<string, unknown>;

describe("a message of Cognito's", () => {
  it.each(sources)('is written in our words, without a request to the API: %s', async (source) => {
    const event = messageEvent(source);
    const before = structuredClone(event);
    const answered = await lambda.handler(event, unhurried);
    const { emailSubject, emailMessage, smsMessage } = answered.response as Response;
    expect(answered).toEqual({
      ...before,
      response: { ...before.response, emailSubject, emailMessage, smsMessage },
    });
    expect(emailMessage).toContain('{####}');
    expect(emailMessage).toContain('>Acme &lt;1&gt;</h1>');
    expect(emailMessage).toContain('<html lang="en">');
    expect(smsMessage).toContain('{####}');
    expect(emailSubject).not.toBe('');
    expect(lambda.usher.requests).toEqual([]);
    expect(lastLine()).toMatchObject({
      level: 'info',
      msg: 'trigger answered',
      triggerSource: source,
      outcome: 'message_written',
    });
    expect(lambda.logged.join('')).not.toContain(email);
  });

  it('names the user in an invitation', async () => {
    const { emailMessage, smsMessage } = await answer(messageEvent('CustomMessage_AdminCreateUser'));
    expect(emailMessage).toContain('{username}');
    expect(smsMessage).toContain('{username}');
  });

  it('uses the placeholders of the event', async () => {
    const request = { codeParameter: '{##code##}', usernameParameter: '{user}' };
    const { emailMessage } = await answer(messageEvent('CustomMessage_AdminCreateUser', request));
    expect(emailMessage).toContain('{##code##}');
    expect(emailMessage).toContain('{user}');
    expect(emailMessage).not.toContain('{####}');
  });

  it('links to /reset without code or address, for a forgotten password only', async () => {
    for (const source of sources) {
      const { emailMessage } = await answer(messageEvent(source));
      const links = [...emailMessage.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
      const link = 'https://auth.example.com/reset';
      expect(links).toEqual(source === 'CustomMessage_ForgotPassword' ? [link, link] : []);
    }
  });

  it.each([
    [{ language: 'de' }, { locale: 'fr' }, 'de'],
    [{ language: 'it-CH' }, {}, 'it'],
    [{ language: 'tlh' }, { locale: 'de-CH' }, 'de'],
    [null, { locale: 'es_MX' }, 'es'],
    [{ requestId: 'x' }, {}, 'en'],
    [{ language: 7 }, null, 'en'],
  ])(
    'has the language of clientMetadata %j, else of the user %j: %s',
    async (clientMetadata, userAttributes, lang) => {
      const { emailMessage } = await answer(
        messageEvent('CustomMessage_ForgotPassword', { clientMetadata, userAttributes }),
      );
      expect(emailMessage).toContain(`<html lang="${lang}">`);
    },
  );

  it.each([
    ['an unknown source', {}, messageEvent('CustomMessage_Other'), 'unknown trigger source'],
    [
      'no codeParameter',
      {},
      messageEvent(sources[0] ?? '', { codeParameter: undefined }),
      'no codeParameter',
    ],
    [
      'a codeParameter that HTML changes',
      {},
      messageEvent(sources[0] ?? '', { codeParameter: '{<>}' }),
      'no codeParameter',
    ],
    [
      'a very long codeParameter',
      {},
      messageEvent(sources[0] ?? '', { codeParameter: `{${'#'.repeat(30_000)}}` }),
      'emailMessage is too long',
    ],
    [
      'no usernameParameter in an invitation',
      {},
      messageEvent(sources[6] ?? '', { usernameParameter: null }),
      'no usernameParameter',
    ],
    [
      'no request',
      {},
      { ...messageEvent(sources[0] ?? ''), request: null } as object as TriggerEvent,
      'TypeError',
    ],
    [
      'neither name nor address',
      { APP_NAME: ' ', PUBLIC_URL: '' },
      messageEvent(sources[0] ?? ''),
      'neither APP_NAME nor PUBLIC_URL is set',
    ],
    [
      'an address that is none',
      { PUBLIC_URL: 'secret:x' },
      messageEvent(sources[0] ?? ''),
      'PUBLIC_URL must be an address that begins with https:// or http://',
    ],
  ])('stays as it is with %s, and a line says why', async (_why, environment, event, cause) => {
    if (Object.keys(environment).length > 0) await lambda.configure(environment);
    const before = structuredClone(event);
    expect(await lambda.handler(event, unhurried)).toEqual(before);
    expect(lastLine()).toMatchObject({ level: 'error', outcome: 'message_not_written', cause });
    expect(lambda.logged.join('')).not.toContain('secret');
  });

  it('is written or left as it is for an event of any shape', async () => {
    const anything = fc.anything({ withNullPrototype: false });
    const anyRequest = fc.oneof(
      anything,
      fc.record({
        codeParameter: fc.oneof(fc.constant('{####}'), anything),
        usernameParameter: fc.oneof(fc.constant('{username}'), anything),
        userAttributes: fc.oneof(fc.record({ locale: anything }), anything),
        clientMetadata: fc.oneof(fc.record({ language: anything, requestId: anything }), anything),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom(...sources),
          fc.string().map((end) => `CustomMessage_${end}`),
        ),
        anyRequest,
        anything,
        anything,
        async (triggerSource, request, response, userName) => {
          const event = {
            version: '1',
            triggerSource,
            userName,
            request,
            response,
          } as object as TriggerEvent;
          const before = structuredClone(event);
          const answered = await lambda.handler(event, unhurried);
          expect(Object.keys(answered)).toEqual(Object.keys(before));
          const isWritten = lastLine().outcome === 'message_written';
          if (!isWritten) expect(answered).toEqual(before);
          else expect({ ...answered, response: null }).toEqual({ ...before, response: null });
        },
      ),
    );
  });
});

describe('without a valid configuration of the migration', () => {
  const start = async () => {
    const settings = () => readMessageSettings({ PUBLIC_URL: 'https://auth.example.com:8443' });
    lambda.handler = await createHandler(new ConfigurationError(['MIGRATION_API_URL is missing']), settings);
  };

  it("Cognito's messages are written, with the host name as name", async () => {
    await start();
    const { emailMessage } = await answer(messageEvent('CustomMessage_ForgotPassword'));
    expect(emailMessage).toContain('>auth.example.com</h1>');
    expect(emailMessage).toContain('href="https://auth.example.com:8443/reset"');
  });

  it.each(['UserMigration_Authentication', 'PreSignUp_SignUp', 'PreSignUp_AdminCreateUser'])(
    'every other event fails with a neutral error: %s',
    async (source) => {
      await start();
      const stderr: string[] = [];
      const write = process.stderr.write.bind(process.stderr);
      process.stderr.write = (line) => stderr.push(String(line)) > 0;
      try {
        await expect(lambda.handler(trigger(source), unhurried)).rejects.toThrow(new Error(TRY_LATER));
      } finally {
        process.stderr.write = write;
      }
      expect(stderr.join('')).toContain('MIGRATION_API_URL is missing');
    },
  );
});
