import * as sdk from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { publicOperations, signedOperations } from '../src/operations/index.js';
import { openTestPool, password, refusal, type TestPool } from './support.js';

const pool = openTestPool();
/** Valid values that pass the first checks; bodies contain their names in braces. */
type Place = Record<string, string>;

/** Each operation gets its own user and other records, because some operations delete them. */
async function makePlace(operation: string): Promise<Place> {
  const where = await makeWhere(operation);
  const user = `${randomUUID()}@example.com`;
  await where.createUser(user);
  const { AuthenticationResult: tokens } = where === pool ? await where.signIn(user) : {};
  return {
    '{pool}': where.poolId,
    '{client}': where.clientId,
    '{user}': user,
    '{access}': tokens?.AccessToken ?? '',
    '{refresh}': tokens?.RefreshToken ?? '',
  };
}

async function makeWhere(operation: string): Promise<TestPool> {
  if (!operation.includes('UserPool')) return pool;
  // Creating a pool is slow because of its keys.
  return operation.endsWith('Client') ? pool.withClient() : pool.addPool();
}

const write = (body: unknown, at: Place): string =>
  JSON.stringify(body, (_name, value: unknown) =>
    typeof value === 'string' && Object.hasOwn(at, value) ? at[value] : value,
  );

const known = ['{pool}', '{client}', '{user}', '{access}', '{refresh}'].concat(
  password,
  'USER_PASSWORD_AUTH',
  'REFRESH_TOKEN_AUTH',
  'SOFTWARE_TOKEN_MFA',
);

const post = (operation: string, body: string) =>
  fetch(pool.server.url, {
    method: 'POST',
    headers: {
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-1/cognito-idp/aws4_request',
    },
    body,
  });

/** The service model in the SDK: `[3, namespace, name, traits, memberNames, memberSchemas]` is a structure. */
type Shape = readonly [number, string, string, unknown, string[], unknown[]];
const isShape = (value: unknown): value is Shape => Array.isArray(value) && value[0] === 3;
const resolve = (schema: unknown): unknown => {
  const value: unknown = typeof schema === 'function' ? (schema as () => unknown)() : schema;
  return Array.isArray(value) && typeof value[0] === 'function' ? resolve(value[0]) : value;
};
const requestOf = (operation: string): unknown =>
  resolve((sdk as unknown as Record<string, unknown[]>)[`${operation}$`]?.[4]);

const anyText = () => fc.oneof(fc.constantFrom(...known), fc.string());
const anything = () => fc.oneof(anyText(), fc.jsonValue({ maxDepth: 2 }));

/** Generates values of the correct shape and arbitrary values. */
function bodies(schema: unknown, depth = 0): fc.Arbitrary<unknown> {
  const shape = resolve(schema);
  if (isShape(shape) && depth < 4) {
    const members = shape[4].map((name, at) => [name, bodies(shape[5][at], depth + 1)] as const);
    const right = fc.record(Object.fromEntries(members), { requiredKeys: [] });
    return depth === 0
      ? right
      : fc.oneof({ arbitrary: right, weight: 3 }, { arbitrary: anything(), weight: 1 });
  }
  // A list: the schema of its entries is the last element.
  if (Array.isArray(shape) && shape[0] === 1) {
    return fc.oneof(fc.array(bodies(shape[4], depth + 1), { maxLength: 2 }), anything());
  }
  return fc.oneof(
    anyText(),
    fc.boolean(),
    fc.integer({ min: -1, max: 100 }),
    fc.array(anyText()),
    anything(),
  );
}

/** Most bodies name existing records, so that they pass the first check. */
const mostly = (word: string) =>
  fc.oneof({ arbitrary: fc.constant(word), weight: 5 }, { arbitrary: anything(), weight: 1 });
const names = { UserPoolId: '{pool}', ClientId: '{client}', Username: '{user}', AccessToken: '{access}' };
const named = fc.record({
  UserPoolId: mostly(names.UserPoolId),
  ClientId: mostly(names.ClientId),
  Username: mostly(names.Username),
  AccessToken: mostly(names.AccessToken),
});

const fits = (operation: string, body: object) => {
  const shape = requestOf(operation);
  const names = isShape(shape) ? shape[4] : [];
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
};

const bodiesOf = (operation: string) =>
  fc
    .tuple(bodies(requestOf(operation)), named)
    .map(([body, right]) => fits(operation, { ...(body as object), ...right }));

describe('no JSON body of any operation gives a 500', () => {
  it.each([...publicOperations.keys(), ...signedOperations.keys()])('%s', async (operation) => {
    const isDeletion = operation.includes('Delete');
    let place = await makePlace(operation);
    let done = 0;
    const property = fc.asyncProperty(bodiesOf(operation), async (value) => {
      const { status } = await post(operation, write(value, place));
      expect({ value, isFine: [200, 400].includes(status) }).toEqual({ value, isFine: true });
      if (status !== 200) return;
      done++;
      if (isDeletion) place = await makePlace(operation);
    });
    const examples: [object][] = [[fits(operation, names)]];
    await fc.assert(property, { numRuns: isDeletion ? 8 : 40, examples });
    if (isDeletion) expect(done).toBeGreaterThan(0);
  });

  it('and the pool and its client still work afterwards', async () => {
    const user = 'last@example.com';
    await pool.createUser(user);
    expect((await pool.signIn(user)).AuthenticationResult).toBeDefined();
  });
});

describe('a nested setting', () => {
  it.each<[string, object]>([
    ['policies.passwordPolicy.minimumLength', { Policies: { PasswordPolicy: { MinimumLength: '8' } } }],
    ['policies.passwordPolicy', { Policies: { PasswordPolicy: [] } }],
    ['lambdaConfig.userMigration', { LambdaConfig: { UserMigration: 1 } }],
    ['autoVerifiedAttributes.1.member', { AutoVerifiedAttributes: ['pager'] }],
    ['mfaConfiguration', { MfaConfiguration: 'MAYBE' }],
    [
      'accountRecoverySetting.recoveryMechanisms.1.member.priority',
      { AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 'first', Name: 'admin_only' }] } },
    ],
    [
      'verificationMessageTemplate.emailSubject',
      { VerificationMessageTemplate: { EmailSubject: { toString: 1 } } },
    ],
    ['usernameConfiguration.caseSensitive', { UsernameConfiguration: { CaseSensitive: 'no' } }],
    ['schema.1.member.required', { Schema: [{ Name: 'shoe', Required: 'yes' }] }],
  ])('of the wrong type or value is named in the error: %s', async (path, settings) => {
    const response = await post('CreateUserPool', JSON.stringify({ PoolName: 'odd', ...settings }));
    const { __type, message } = (await response.json()) as { __type: string; message: string };
    expect([response.status, __type]).toEqual([400, 'InvalidParameterException']);
    expect(message).toContain(`'${path}'`);
  });

  it('that is null counts as absent', async () => {
    const Policies = { PasswordPolicy: { MinimumLength: null } };
    const response = await post('CreateUserPool', JSON.stringify({ PoolName: 'odd', Policies }));
    expect(response.status).toBe(200);
  });

  it('may be nested to any depth that fits into a body', async () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    const response = await post('CreateUserPool', `{"PoolName":"odd","Policies":${deep}}`);
    expect(response.status).toBe(400);
  });

  it('of a client is also named in the error', async () => {
    const TokenValidityUnits = { AccessToken: 'weeks' as 'days' };
    const call = new sdk.CreateUserPoolClientCommand({
      UserPoolId: pool.poolId,
      ClientName: 'odd',
      TokenValidityUnits,
    });
    expect((await refusal(pool.sdk.send(call))).message).toContain("'tokenValidityUnits.accessToken'");
  });
});
