import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import type { SessionResponse, TotpEnrolmentResponse } from '#contracts';
import { type Person, personWith } from '../support/builders/admins.js';
import {
  challengeOf,
  createPoolUser,
  invite,
  nextTotp,
  poolPassword,
  temporaryPassword,
} from '../support/builders/pool-users.js';
import { type Answer, apiClient, type Call } from '../support/drivers/api-client.js';
import { mailedToken, requestCode } from '../support/drivers/mails.js';
import { openUsher } from '../support/drivers/usher.js';

type Content = Record<string, { schema: object; examples?: Record<string, { value: unknown }> }>;
interface Response {
  description: string;
  content?: Content;
}
interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  requestBody?: { content: Content };
  responses: Record<string, Response>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  tags: { name: string; description: string }[];
  components: { schemas: Record<string, object> };
}

let document: Document;
let ajv: Ajv;
/** Tokens of a signed-in user for the tests of routes. */
let bearer: Record<string, string>;
let refreshToken: string;

const formats = {
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
};

const email = 'ada@example.com';
const password = 'correct horse battery staple';

const usher = openUsher({
  mfa: 'OPTIONAL',
  environment: { LETSENCRYPT_KEY: 'the-token', LETSENCRYPT_CHALLENGE: 'the-token.thumbprint' },
});
beforeAll(async () => {
  document = (await usher.api.get('/openapi.json')).body as unknown as Document;
  ajv = new Ajv({ strict: false, allErrors: true, formats });
  ajv.addSchema({ $id: 'document', components: document.components });
  await signIn();
  await usher.database.sql(`UPDATE users SET usher_roles = '{admin}' WHERE email = $1`, [email]);
});

async function signIn(): Promise<void> {
  const { tokens } = (await usher.api.signIn(email, password)).body;
  bearer = { authorization: `Bearer ${tokens?.accessToken}` };
  refreshToken = tokens?.refreshToken ?? '';
}

const json = (body: unknown, headers: Record<string, string> = {}): Call => ({ body, headers });

/** Bodies that are invalid for every route. */
const unreadable: Call[] = [
  { raw: '{"email":', headers: { 'content-type': 'application/json' } },
  { raw: 'email=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  json({ email: 'x'.repeat(100_000) }),
  json([]),
  json({ nothing: 'of use' }),
  json({ email: 7, password: {}, refreshToken: [], session: null, answers: 'x', code: false }),
];

const nulls = json({ email: null, refreshToken: null, code: null, password: null, session: null });
const reset = { email, code: '123456', password: 'new-password-1', passwordConfirmation: 'new-password-1' };

const change = {
  currentPassword: 'wrong',
  password: 'new-password-1',
  passwordConfirmation: 'new-password-1',
};
const signUp = {
  email: 'new@example.com',
  password: 'new-password-1',
  passwordConfirmation: 'new-password-1',
};

const withBearer = (calls: Call[]): Call[] =>
  calls.map((call) => ({ ...call, headers: { ...call.headers, ...bearer } }));

/** Valid and invalid requests for every documented route. */
const requests: Record<string, () => Call[]> = {
  'get /health/live': () => [{}],
  'get /health/ready': () => [{}],
  'get /metrics': () => [{}, { headers: { 'x-forwarded-for': '127.0.0.1' } }],
  'get /.well-known/acme-challenge/the-token': () => [{}],
  'get /.well-known/acme-challenge/another': () => [{}],
  'post /auth/sign-in': () => [
    json({ email, password }),
    json({ email, password, session: 'cookie' }),
    json({ email, password: 'wrong' }),
    json({ email: 'nobody@example.com', password }),
    json(
      { email, password, session: 'cookie' },
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    ),
    nulls,
    ...unreadable,
  ],
  'post /auth/challenge': () => [json({ session: 'made-up', answers: { CODE: '1' } }), nulls, ...unreadable],
  'post /auth/refresh': () => [
    json({ refreshToken }),
    json({ refreshToken: 'made-up' }),
    {},
    nulls,
    json({ refreshToken: null }),
    ...unreadable,
  ],
  'get /auth/sessions': () => [{ headers: bearer }, {}, { headers: { authorization: 'Bearer x' } }],
  'delete /auth/sessions/nothing': () => [{ headers: bearer }, {}],
  'delete /auth/sessions/00000000-0000-4000-8000-000000000000': () => [{ headers: bearer }],
  'get /users/me': () => [{ headers: bearer }, {}],
  'patch /users/me': () => [
    json({ firstName: 'Ada', profile: { theme: 'dark', list: [1, { deep: true }] } }, bearer),
    json({ profile: 'text' }, bearer),
    json({ firstName: 'Ada' }),
    ...withBearer(unreadable),
  ],
  'delete /users/me': () => [{ headers: bearer }, {}, ...withBearer(unreadable)],
  'get /admin/users': () => [{ headers: bearer }, {}],
  'get /admin/users?limit=0': () => [{ headers: bearer }],
  'get /admin/users/1': () => [{ headers: bearer }, {}],
  'get /admin/users/0': () => [{ headers: bearer }],
  'put /admin/users/1/roles': () => [
    json({ roles: ['editor'] }, bearer),
    json({ roles: [7] }, bearer),
    json({ roles: [] }),
    ...withBearer(unreadable),
  ],
  'post /admin/users/1/disable': () => [{ headers: bearer }, {}],
  'post /admin/users/1/enable': () => [{ headers: bearer }, {}],
  'delete /admin/users/1/sessions': () => [{ headers: bearer }, {}],
  'delete /admin/users/1': () => [{ headers: bearer }, {}],
  'delete /admin/users/0': () => [{ headers: bearer }, ...withBearer(unreadable)],
  'delete /admin/users/1/mfa': () => [{ headers: bearer }, {}, json({ at: 'later' }, bearer)],
  'get /admin/audit': () => [{ headers: bearer }, {}],
  'get /admin/audit?after=x': () => [{ headers: bearer }],
  'get /migration/progress': () => [{ headers: bearer }, {}],
  'get /migration/progress?days=x': () => [{ headers: bearer }],
  'get /auth/mfa': () => [{ headers: bearer }, {}],
  'post /auth/mfa/totp': () => [{}, { headers: bearer }, ...withBearer(unreadable)],
  'post /auth/mfa/totp/verify': () => [
    {},
    json({ code: '000000' }, bearer),
    json({ code: 'letters' }, bearer),
    json({ code: null }, bearer),
    ...withBearer(unreadable),
  ],
  'delete /auth/mfa/totp': () => [{}, { headers: bearer }, json({ password: 'wrong' }, bearer)],
  'post /passwords/forgot': () => [
    json({ email }),
    json({ email: 'nobody@example.com' }),
    nulls,
    ...unreadable,
  ],
  'post /passwords/reset': () => [
    json(reset),
    json({}),
    json({ ...reset, passwordConfirmation: 'other' }),
    json({ ...reset, code: '' }),
    json({ ...reset, email: undefined }),
    nulls,
    ...unreadable,
  ],
  'get /passwords/policy': () => [{}],
  'post /passwords/change': () => [
    json(change, bearer),
    json({ ...change, passwordConfirmation: 'other' }, bearer),
    json({ currentPassword: password }, bearer),
    json({ ...change, password: 'short', passwordConfirmation: 'short', currentPassword: password }, bearer),
    json(change),
    ...withBearer(unreadable),
  ],
  'post /users': () => [
    json(signUp),
    json(signUp),
    json({ ...signUp, email }),
    json({ ...signUp, password: 'short', passwordConfirmation: 'short' }),
    json({ email }),
    nulls,
    ...unreadable,
  ],
  'post /users/confirmation': () => [json({ email: signUp.email }), json({ email }), nulls, ...unreadable],
  'put /users/confirmation': () => [json({ token: 'made-up' }), json({ token: '' }), nulls, ...unreadable],
  'delete /users/confirmation': () => [json({ token: 'made-up' }), json({ token: '' }), nulls, ...unreadable],
  'put /users/me/email': () => [
    json({ email: 'newer@example.com', currentPassword: password }, bearer),
    json({ email: 'newer@example.com', currentPassword: 'wrong' }, bearer),
    json({ email: 'newer@example.com', currentPassword: password }),
    ...withBearer(unreadable),
  ],
  'post /aws/auth': () => [
    json({ email, password, access_token: usher.migrationToken }),
    json({ email: 'nobody@example.com', access_token: usher.migrationToken }),
    json({ email, password, access_token: 'wrong' }),
    json({ email: 7, access_token: usher.migrationToken }),
    ...unreadable,
  ],
  'post /auth/sign-out': () => [json({ refreshToken }), json({ refreshToken }), {}, nulls, ...unreadable],
  'post /auth/sign-out-everywhere': () => [{}, { headers: bearer }],
};

/** The documented route of a path. */
function pathOf(address: string): string {
  const matches = Object.keys(document.paths).filter((path) =>
    new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(
      address.replace(/\?.*/, ''),
    ),
  );
  expect({ address, matches: matches.length }).toEqual({ address, matches: 1 });
  return matches[0] ?? '';
}

/** Differences between a response and the document. */
function disagreements(documented: Response | undefined, answer: Answer<Record<string, unknown>>): unknown[] {
  if (answer.status >= 500) return ['a server error'];
  if (documented === undefined) return [`${answer.status} is not documented`];
  if (documented.content === undefined) {
    const isProblem = answer.headers.get('content-type')?.includes('problem') ?? false;
    return isProblem ? ['a problem is not documented'] : [];
  }
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = documented.content[type]?.schema;
  if (schema === undefined) return [`${type} is not documented`];
  const isJson = type.includes('json');
  const validate = ajv.compile(inDocument(schema));
  const found: unknown[] = validate(isJson ? answer.body : answer.text) ? [] : [...(validate.errors ?? [])];
  if (type.includes('problem') && !documented.description.includes(`\`${String(answer.body.code)}\``)) {
    found.push(`${String(answer.body.code)} is not documented`);
  }
  return found;
}

interface Replay {
  /** For the path of the operation. */
  parameters?: Record<string, string>;
  /** Members that only the running API or its mails know, and the users of the tests. */
  known?: Record<string, unknown>;
  headers?: Record<string, string>;
}

let people = 0;
const someone = (): Promise<Person> => personWith(usher, `someone-${++people}@example.org`);
const asAdmin = () => ({ headers: bearer });
const ofSomeone = async () => ({ parameters: { id: String((await someone()).id) }, headers: bearer });
const withRefreshToken = async () => ({ known: { refreshToken: (await someone()).refreshToken } });

/** By operation id: what a request example needs to succeed. Others succeed as they are. */
const replays: Record<string, () => Replay | Promise<Replay>> = {
  answerChallenge: async () => {
    await invite(usher, 'invited@example.org');
    const { session } = challengeOf(await usher.api.signIn('invited@example.org', temporaryPassword));
    return { known: { session } };
  },
  refreshSession: withRefreshToken,
  signOut: withRefreshToken,
  signOutEverywhere: async () => ({ headers: (await someone()).headers }),
  listSessions: asAdmin,
  revokeSession: async () => {
    const { headers } = await someone();
    const [session] = (await usher.api.get('/auth/sessions', headers)).body as unknown as SessionResponse[];
    return { headers, parameters: { id: session?.id ?? '' } };
  },
  getMfa: asAdmin,
  enrolTotp: asAdmin,
  verifyTotp: async () => {
    const { headers } = await someone();
    const { secretCode } = (await usher.api.post('/auth/mfa/totp', undefined, headers))
      .body as unknown as TotpEnrolmentResponse;
    return { headers, known: { code: nextTotp(usher, secretCode) } };
  },
  disableTotp: async () => ({ headers: (await someone()).headers }),
  confirmEmail: async () => {
    await usher.api.post('/users', { email: 'confirming@example.org', password: 'a-new-password-1' });
    return { known: { token: await mailedToken(usher, 'confirming@example.org') } };
  },
  getMe: asAdmin,
  updateMe: asAdmin,
  deleteMe: async () => ({ headers: (await someone()).headers }),
  changeEmail: asAdmin,
  resetPassword: async () => {
    const email = 'forgetful@example.org';
    await createPoolUser(usher, email);
    return { known: { email, code: await requestCode(usher, email) } };
  },
  changePassword: async () => ({
    headers: (await someone()).headers,
    known: { currentPassword: poolPassword },
  }),
  findUsers: asAdmin,
  getUser: ofSomeone,
  setUserRoles: ofSomeone,
  disableUser: ofSomeone,
  enableUser: ofSomeone,
  revokeUserSessions: ofSomeone,
  deleteUser: ofSomeone,
  removeUserMfa: ofSomeone,
  findAuditEntries: asAdmin,
  getMigrationProgress: asAdmin,
  verifyLegacyPassword: () => ({ known: { access_token: usher.migrationToken } }),
  getKeyAuthorization: () => ({ parameters: { token: 'the-token' } }),
};

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

const examplesOf = (content: Content | undefined) =>
  Object.values(content ?? {}).flatMap(({ schema, examples = {} }) =>
    Object.entries(examples).map(([name, { value }]) => ({ name, value, schema })),
  );

const inDocument = (schema: object) =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')) as object;

describe('/openapi.json', () => {
  it('documents exactly the tested routes', () => {
    const tried = new Set(
      Object.keys(requests).map((request) => {
        const [method = '', address = ''] = request.split(' ');
        return `${method} ${pathOf(address)}`;
      }),
    );
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect([...tried].sort()).toEqual(documented.sort());
  });

  it('contains no configuration and no broken reference', () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('SESSION_SECRETS');
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
  });

  it('equals openapi.json, which `npm run openapi` writes', () => {
    const file = readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8');
    expect(JSON.parse(file)).toEqual(document);
  });

  it('names, describes and orders every operation', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, summary, description } of operations()) {
      expect({ operationId, isName: /^[a-z]+([A-Z][a-z]+)*$/.test(operationId) }).toMatchObject({
        isName: true,
      });
      expect({ operationId, texts: [summary, description].filter(Boolean).length }).toMatchObject({
        texts: 2,
      });
    }
    const order = document.tags.map(({ name }) => name);
    const used = operations().flatMap(({ tags }) => tags);
    expect(used.filter((tag, index) => used.indexOf(tag) === index)).toEqual(order);
  });

  it('has valid examples of every request and response body', () => {
    for (const { operationId, requestBody, responses } of operations()) {
      for (const content of [requestBody?.content, responses['200']?.content]) {
        const examples = examplesOf(content);
        if (content !== undefined)
          expect({ operationId, count: examples.length }).not.toMatchObject({ count: 0 });
        for (const { name, value, schema } of examples) {
          const validate = ajv.compile(inDocument(schema));
          validate(value);
          expect({ operationId, name, errors: validate.errors }).toEqual({ operationId, name, errors: null });
        }
      }
    }
  });

  it('tells the three answers of a sign-in apart', () => {
    const validate = ajv.compile({ $ref: 'document#/components/schemas/SignInResponse' });
    const { tokens, cookie, challenge } = Object.fromEntries(
      examplesOf(document.paths['/auth/sign-in']?.post?.responses['200']?.content).map(({ name, value }) => [
        name,
        value as object,
      ]),
    );
    expect([tokens, cookie, challenge].map((answer) => validate(answer))).toEqual([true, true, true]);
    expect(
      [{}, { ...tokens, user: undefined }, { ...tokens, ...challenge }].map((body) => validate(body)),
    ).toEqual([false, false, false]);
  });

  it('has request examples that succeed', async () => {
    for (const { operationId, path, method, requestBody, responses } of operations()) {
      const examples = requestBody ? examplesOf(requestBody.content) : [{ name: '', value: undefined }];
      for (const { name, value } of examples) {
        await signIn();
        const { parameters = {}, known = {}, headers = {} } = (await replays[operationId]?.()) ?? {};
        const address = path.replace(/\{(\w+)\}/g, (_all, parameter: string) => parameters[parameter] ?? '');
        const body = value && { ...value, ...known };
        const answer = await apiClient(usher.url).call(method.toUpperCase(), address, { headers, body });
        const { status, text } = answer;
        const found = disagreements(responses[status], answer);
        const isSuccess = status >= 200 && status < 300;
        const outcome = { operationId, name, isSuccess, found };
        expect({ ...outcome, ...(isSuccess ? {} : { status, text }) }).toEqual({
          ...outcome,
          isSuccess: true,
          found: [],
        });
      }
    }
  });

  it.each(Object.keys(requests))('describes the responses to %s', async (request) => {
    await signIn();
    const [method = '', address = ''] = request.split(' ');
    const responses = document.paths[pathOf(address)]?.[method]?.responses ?? {};
    for (const call of requests[request]?.() ?? []) {
      // A new client per request, so that no cookies are shared.
      const answer = await apiClient(usher.url).call(method.toUpperCase(), address, call);
      const { status, text } = answer;
      expect({ call, status, text, found: disagreements(responses[status], answer) }).toEqual({
        call,
        status,
        text,
        found: [],
      });
    }
  });
});
