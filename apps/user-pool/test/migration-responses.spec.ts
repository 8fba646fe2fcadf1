import type { CreateUserPoolRequest } from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  claimsOf,
  openTestLambda,
  openTestPool,
  password,
  refusal,
  type TestFunction,
  type TestPool,
} from './support.js';

const lambda = openTestLambda('migrate');
const base = openTestPool({}, {}, () => ({ lambdaEndpoint: lambda.url, lambdaTimeout: 1000 }));

const email = 'old@example.com';
const phone = '+15551234567';
const oldPassword = 'short';
const generic = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
const failed = (message: string) => ({ name: 'UserNotFoundException', message });

const answering =
  (response: object): TestFunction =>
  (event) => ({
    ...event,
    response: {
      userAttributes: { email, email_verified: 'true' },
      finalUserStatus: 'CONFIRMED',
      messageAction: 'SUPPRESS',
      ...response,
    },
  });

const make = async (settings: Partial<CreateUserPoolRequest> = {}): Promise<TestPool> => {
  return base.addPool(
    { LambdaConfig: { UserMigration: 'migrate' }, ...settings },
    { PreventUserExistenceErrors: 'LEGACY' },
  );
};
/** Pools with addresses as usernames, as aliases, and with text messages as second factors. */
let plain: TestPool;
let aliases: TestPool;
let messages: TestPool;
beforeAll(async () => {
  [plain, aliases, messages] = await Promise.all([
    make(),
    make({ UsernameAttributes: undefined, AliasAttributes: ['email'], Schema: undefined }),
    make(),
  ]);
  await base.sdk.setUserPoolMfaConfig({
    UserPoolId: messages.poolId,
    MfaConfiguration: 'OPTIONAL',
    SmsMfaConfiguration: {},
  });
});

/** An empty pool whose trigger returns this response, used by a client that reports unknown users. */
async function migrating(response: object, pool = plain): Promise<TestPool> {
  const UserPoolId = pool.poolId;
  const { Users = [] } = await base.sdk.listUsers({ UserPoolId });
  for (const { Username } of Users) {
    await base.sdk.adminDeleteUser({ UserPoolId, Username });
  }
  lambda.events.length = 0;
  lambda.run = answering(response);
  return pool;
}

const get = ({ sdk, poolId }: TestPool, Username: string) =>
  sdk.adminGetUser({ UserPoolId: poolId, Username });
const valueOf = async (pool: TestPool, username: string, name: string) =>
  (await get(pool, username)).UserAttributes?.find(({ Name }) => Name === name)?.Value;
/** The messages sent during the call. */
async function sentBy(work: () => Promise<unknown>) {
  const before = base.server.deliveries.list().length;
  await work();
  return base.server.deliveries.list().reverse().slice(before);
}

// Developer guide: Migrate user Lambda trigger, response parameters.
describe('userAttributes of a migration', () => {
  it('must contain every required attribute of the pool', async () => {
    const pool = await migrating({ userAttributes: { name: 'Old', email: '' } });
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(
      failed('Attributes did not conform to the schema: email: The attribute is required'),
    );
  });

  it('cannot contain sub, which is always new', async () => {
    const pool = await migrating({ userAttributes: { email, sub: 'legacy-17' } });
    expect((await refusal(pool.signIn(email, oldPassword))).name).toBe('UserNotFoundException');
    expect(await refusal((await pool.withClient()).signIn(email, oldPassword))).toEqual(generic);
  });

  it('must use the prefix custom: for custom attributes', async () => {
    const pool = await migrating({ userAttributes: { email, rails_app_id: '17' } });
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(
      failed(
        'Attributes did not conform to the schema: rails_app_id: Attribute does not exist in the schema.',
      ),
    );
  });

  it('ignore username if addresses are usernames: the pool sets a UUID equal to the sub', async () => {
    const pool = await migrating({ userAttributes: { email, username: 'old', email_verified: 'true' } });
    const claims = claimsOf((await pool.signIn(email, oldPassword)).AuthenticationResult?.IdToken);
    expect(claims['cognito:username']).toMatch(/^[0-9a-f-]{36}$/);
    expect(claims['cognito:username']).toBe(claims['sub']);
  });

  it('must contain email_verified "true" for a password reset', async () => {
    const pool = await migrating({ userAttributes: { email, email_verified: 'true' } });
    await pool.signIn(email, oldPassword);
    expect((await pool.forgot(email)).CodeDeliveryDetails?.Destination).toBe('o***@e***');
    await migrating({ userAttributes: { email } });
    await pool.signIn(email, oldPassword);
    expect((await refusal(pool.forgot(email))).name).toBe('InvalidParameterException');
  });
});

describe('a typed e-mail address in a pool with e-mail aliases', () => {
  it('is refused as a username', async () => {
    const pool = await migrating({}, aliases);
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(
      failed('Username cannot be of email format, since user pool is configured for email alias.'),
    );
    expect(await refusal((await pool.withClient()).signIn(email, oldPassword))).toEqual(generic);
  });

  it('creates the user when the trigger returns username', async () => {
    const userAttributes = { username: 'old', email, email_verified: 'true' };
    const pool = await migrating({ userAttributes }, aliases);
    const { AuthenticationResult: tokens } = await pool.signIn(email, oldPassword);
    const claims = claimsOf(tokens?.IdToken);
    expect(claims).toMatchObject({ 'cognito:username': 'old', email });
    expect(claims['sub']).toMatch(/^[0-9a-f-]{36}$/);
    expect(await valueOf(pool, 'old', 'username')).toBeUndefined();
    await pool.signIn('old', oldPassword);
    await pool.signIn(email, oldPassword);
    expect(lambda.events).toHaveLength(1);
  });
});

describe('finalUserStatus of a migration', () => {
  it('CONFIRMED keeps the typed password independent of the policy', async () => {
    const pool = await migrating({});
    await pool.signIn(email, oldPassword);
    expect((await get(pool, email)).UserStatus).toBe('CONFIRMED');
    expect((await pool.signIn(email, oldPassword)).AuthenticationResult).toBeDefined();
  });

  it.each([
    ['requires a reset when it is absent', undefined],
    ['requires a reset when it is RESET_REQUIRED (inferred)', 'RESET_REQUIRED'],
  ])('%s', async (_what, finalUserStatus) => {
    const pool = await migrating({ finalUserStatus });
    expect((await refusal(pool.signIn(email, oldPassword))).name).toBe('PasswordResetRequiredException');
    expect((await get(pool, email)).UserStatus).toBe('RESET_REQUIRED');
    await pool.forgot(email);
    const ConfirmationCode = pool.lastCode();
    const answer = { ClientId: pool.clientId, Username: email, ConfirmationCode, Password: password };
    await pool.sdk.confirmForgotPassword(answer);
    expect((await get(pool, email)).UserStatus).toBe('CONFIRMED');
  });
});

describe('the message after a migration', () => {
  const userAttributes = { email, email_verified: 'true', phone_number: phone };

  it('is not sent with messageAction SUPPRESS', async () => {
    const pool = await migrating({ userAttributes, desiredDeliveryMediums: ['EMAIL', 'SMS'] });
    expect(await sentBy(() => pool.signIn(email, oldPassword))).toEqual([]);
  });

  type Medium = 'EMAIL' | 'SMS';
  it.each<[string, Medium[] | undefined, Medium[]]>([
    ['no desiredDeliveryMediums: by SMS', undefined, ['SMS']],
    ['desiredDeliveryMediums EMAIL: by mail', ['EMAIL'], ['EMAIL']],
    ['desiredDeliveryMediums EMAIL and SMS: by both', ['EMAIL', 'SMS'], ['EMAIL', 'SMS']],
  ])('messageAction omitted, %s', async (_how, desiredDeliveryMediums, mediums) => {
    const pool = await migrating({ userAttributes, messageAction: undefined, desiredDeliveryMediums });
    const destinations = { EMAIL: email, SMS: phone };
    expect(await sentBy(() => pool.signIn(email, oldPassword))).toMatchObject(
      mediums.map((medium) => ({ purpose: 'welcome', medium, destination: destinations[medium] })),
    );
  });
});

describe('forceAliasCreation of a migration', () => {
  /** Another user already has the address; the new user types a username. */
  async function clashing(forceAliasCreation: boolean | undefined): Promise<TestPool> {
    const pool = await migrating({ forceAliasCreation }, aliases);
    await pool.createUser('first', password, email);
    return pool;
  }

  it('true takes the alias from the other user', async () => {
    const pool = await clashing(true);
    const { AuthenticationResult: tokens } = await pool.signIn('second', oldPassword);
    expect(claimsOf(tokens?.IdToken)).toMatchObject({ 'cognito:username': 'second', email });
    expect((await get(pool, email)).Username).toBe('second');
    expect(await valueOf(pool, 'first', 'email_verified')).toBe('false');
  });

  it.each([[false], [undefined]])('%p migrates no user if the alias is taken', async (force) => {
    const pool = await clashing(force);
    expect(await refusal(pool.signIn('second', oldPassword))).toEqual(
      failed('An account with the email already exists.'),
    );
    expect(await refusal((await pool.withClient()).signIn('second', oldPassword))).toEqual(generic);
    expect((await refusal(get(pool, 'second'))).name).toBe('UserNotFoundException');
    expect((await get(pool, email)).Username).toBe('first');
  });

  it('true does not move an address that is a username', async () => {
    const userAttributes = { email: 'taken@example.com', email_verified: 'true' };
    const pool = await migrating({ userAttributes, forceAliasCreation: true });
    await pool.createUser('taken@example.com');
    expect((await refusal(pool.signIn(email, oldPassword))).name).toBe('UserNotFoundException');
    expect((await pool.signIn('taken@example.com')).AuthenticationResult).toBeDefined();
  });
});

describe('enableSMSMFA of a migration', () => {
  const enableSMSMFA = true;
  const withPhone = { email, email_verified: 'true', phone_number: phone };

  it('enables SMS as second factor from this sign-in on', async () => {
    const pool = await migrating({ enableSMSMFA, userAttributes: withPhone }, messages);
    const challenge = await pool.signIn(email, oldPassword);
    expect(challenge.ChallengeName).toBe('SMS_MFA');
    expect(challenge.ChallengeParameters?.['CODE_DELIVERY_DESTINATION']).toBe('+*******4567');
    expect((await get(pool, email)).UserMFASettingList).toEqual(['SMS_MFA']);
  });

  it('fails if the pool has no MFA', async () => {
    const pool = await migrating({ enableSMSMFA, userAttributes: withPhone });
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(
      failed('Error during migration: invalid enableSMSMFA'),
    );
  });

  it('fails without a phone_number', async () => {
    const pool = await migrating({ enableSMSMFA }, messages);
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(
      failed('Error during migration: invalid enableSMSMFA'),
    );
    expect(await refusal((await pool.withClient()).signIn(email, oldPassword))).toEqual(generic);
  });
});
