import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { apiClient, type ApiClient } from '../support/drivers/api-client.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { deviseUser, deviseUsers } from '../support/builders/devise-users.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';

/** A unique text with its origin. */
const canary = (what: string) => `canary-${what}-${randomUUID()}`;

const ada = deviseUser('plain');
const secrets = {
  sessionSecret: canary('session-secret'),
  pepper: canary('pepper'),
  migrationToken: 'migration-token-of-the-tests',
};

let usher: Usher;
let other: UsherProcess;
/** Other output: the in-process user pool, Nest, libraries. */
const printed: string[] = [];
const spies: jest.SpiedFunction<(...values: unknown[]) => void>[] = [];

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const spy = jest.spyOn(console, method);
    spy.mockImplementation((...values: unknown[]) => void printed.push(values.map(String).join(' ')));
    spies.push(spy);
  }
  usher = await startUsher({
    withSecret: true,
    mfa: 'OPTIONAL',
    environment: { SESSION_SECRETS: secrets.sessionSecret, PASSWORD_PEPPERS: `,${secrets.pepper}` },
  });
  other = await usher.startProcess();
});
afterAll(async () => {
  for (const spy of spies) spy.mockRestore();
  await usher.close();
});

const allOutput = () => [...usher.logLines(), ...other.logLines(), ...printed].join('\n');

/** The logs, and the metrics of both processes. */
const logsAndMetrics = async () =>
  [allOutput(), ...(await Promise.all([usher, other].map(({ api }) => metricsOf(api))))].join('\n');

async function metricsOf(api: ApiClient): Promise<string> {
  const { status, text } = await api.get('/metrics');
  expect({ status, text }).toMatchObject({
    status: 200,
    text: expect.stringContaining('usher_sign_ins_total'),
  });
  return text;
}

interface Document {
  paths: Record<
    string,
    Record<string, { requestBody?: { content: Record<string, { schema: { $ref: string } }> } }>
  >;
  components: { schemas: Record<string, { properties: Record<string, unknown> }> };
}

/** Calls every route with canaries in every part of a request. */
async function callEveryRoute(api: ApiClient, headers: Record<string, string>): Promise<string[]> {
  const { paths, components } = (await api.get('/openapi.json')).body as unknown as Document;
  const canaries: string[] = [];
  const fresh = (what: string) => canaries[canaries.push(canary(what)) - 1] ?? '';
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { requestBody }] of Object.entries(operations)) {
      const schema =
        Object.values(requestBody?.content ?? {})[0]
          ?.schema.$ref.split('/')
          .at(-1) ?? '';
      const fields = Object.keys(components.schemas[schema]?.properties ?? {});
      const valueOf = (field: string) =>
        field === 'answers' ? { [fresh('name')]: fresh('value') } : fresh(field);
      const body = Object.fromEntries(fields.map((field) => [field, valueOf(field)]));
      if ('email' in body) body.email = ada.email;
      const address = `${path.replace(/\{\w+\}/g, fresh('parameter'))}?token=${fresh('query')}`;
      const sent = {
        ...headers,
        'user-agent': fresh('user-agent'),
        referer: `https://x/${fresh('referer')}`,
      };
      const answer = await api.call(method.toUpperCase(), address, {
        headers: {
          authorization: `Bearer ${fresh('bearer')}`,
          cookie: `usher_session=${fresh('cookie')}`,
          ...sent,
        },
        ...(method !== 'get' && { body }),
      });
      expect(answer.status).toBeLessThan(500);
    }
  }
  return canaries;
}

/** All secrets of one user's visit. */
async function visit(api: ApiClient): Promise<string[]> {
  const { tokens } = (await api.signIn(ada.email, ada.password)).body;
  const signedIn = { authorization: `Bearer ${tokens?.accessToken}` };
  const browser = apiClient(usher.url, { keepsCookies: true });
  await browser.signIn(ada.email, ada.password, 'cookie');
  const totp = (await api.post('/auth/mfa/totp', undefined, signedIn)).body as unknown as {
    secretCode: string;
  };
  await browser.get('/users/me');
  await browser.post('/auth/refresh');
  const refreshed = (await api.post('/auth/refresh', { refreshToken: tokens?.refreshToken })).body.tokens;
  const [{ encrypted_password: hash } = {}] = await usher.database.sql<{ encrypted_password: string }>(
    'SELECT encrypted_password FROM users WHERE id = $1',
    [ada.id],
  );
  await browser.post('/auth/sign-out');
  await api.post('/auth/sign-out', { refreshToken: refreshed?.refreshToken });
  const found = [
    ...[ada.password, tokens?.accessToken, tokens?.idToken, tokens?.refreshToken, totp.secretCode, hash],
    ...[refreshed?.accessToken, refreshed?.idToken, refreshed?.refreshToken, ...browser.cookies.values()],
    ...Object.values(secrets),
    usher.variables.AWS_COGNITO_CLIENT_SECRET,
  ].filter((secret): secret is string => Boolean(secret));
  expect(found.length).toBeGreaterThan(12);
  return found;
}

async function expectUnwritten(values: string[]): Promise<void> {
  const written = await logsAndMetrics();
  expect(values.filter((value) => written.includes(value))).toEqual([]);
}

describe('no output of API, Lambda or pool and no metric contains a secret', () => {
  it('when a user signs in, refreshes, enrols an app and signs out', async () => {
    await expectUnwritten([...(await visit(usher.api)), ...(await visit(other.api))]);
  });

  it('when every route is called with secrets in body, path, query and headers', async () => {
    const canaries = [...(await callEveryRoute(usher.api, {})), ...(await callEveryRoute(other.api, {}))];
    expect(canaries.length).toBeGreaterThan(100);
    await expectUnwritten(canaries);
  });

  it('when Cognito repeats the input in the text of an exception', async () => {
    const typed = canary('password');
    for (const name of [
      'InvalidParameterException',
      'UserLambdaValidationException',
      'InternalErrorException',
    ]) {
      usher.proxy.answerWith(
        'InitiateAuth',
        exception(name, `1 validation error detected: Value '${typed}'`),
      );
      const { text } = await usher.api.signIn(ada.email, typed);
      expect(text).not.toContain(typed);
    }
    usher.proxy.answerWith('InitiateAuth', undefined);
    await expectUnwritten([typed]);
  });

  it('when the request cannot be parsed', async () => {
    const values = [canary('json'), canary('path')];
    await usher.api.call('POST', '/auth/sign-in', {
      raw: `{"password": "${values[0]}"`,
      headers: { 'content-type': 'application/json' },
    });
    await usher.api.get(`/nothing/${values[1]}%zz`);
    await expectUnwritten(values);
  });
});

it('the metrics contain no address, ID or name of a user', async () => {
  const told = await Promise.all([usher, other].map(({ api }) => metricsOf(api)));
  const [{ sub } = {}] = await usher.database.sql<{ sub: string }>(
    'SELECT cognito_sub AS sub FROM users WHERE id = $1',
    [ada.id],
  );
  expect(sub).toBeTruthy();
  const personal = deviseUsers.map(({ email }) => email);
  const words = [...personal, sub ?? '', usher.clientId, usher.userPoolId, '127.0.0.1', '@'];
  expect(words.filter((word) => told.join('\n').includes(word))).toEqual([]);
});

it('the log contains the lines of these requests', () => {
  expect(allOutput()).toContain('"route":"/auth/sign-in"');
  expect(other.logLines().length).toBeGreaterThan(10);
});
