import {
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  ConfirmForgotPasswordCommand,
  ListUsersCommand,
  SetUserPoolMfaConfigCommand,
  type CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  claimsOf,
  createClient,
  createPool,
  createUser,
  forgot,
  lastCode,
  openTestLambda,
  openTestPool,
  password,
  refusal,
  signIn,
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
  const poolId = await createPool(base.sdk, { LambdaConfig: { UserMigration: 'migrate' }, ...settings });
  const client = await createClient(base.sdk, poolId, { PreventUserExistenceErrors: 'LEGACY' });
  return { ...base, poolId, clientId: client.ClientId ?? '' };
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
  await base.sdk.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: messages.poolId,
      MfaConfiguration: 'OPTIONAL',
      SmsMfaConfiguration: {},
    }),
  );
});

/** An empty pool whose function answers so, seen by a client that names who is not there. */
async function migrating(response: object, pool = plain): Promise<TestPool> {
  const UserPoolId = pool.poolId;
  const { Users = [] } = await base.sdk.send(new ListUsersCommand({ UserPoolId }));
  for (const { Username } of Users) {
    await base.sdk.send(new AdminDeleteUserCommand({ UserPoolId, Username }));
  }
  lambda.events.length = 0;
  lambda.run = answering(response);
  return pool;
}

const hiding = async (pool: TestPool): Promise<TestPool> => ({
  ...pool,
  clientId: (await createClient(pool.sdk, pool.poolId)).ClientId ?? '',
});
const get = ({ sdk, poolId }: TestPool, Username: string) =>
  sdk.send(new AdminGetUserCommand({ UserPoolId: poolId, Username }));
const valueOf = async (pool: TestPool, username: string, name: string) =>
  (await get(pool, username)).UserAttributes?.find(({ Name }) => Name === name)?.Value;
/** What was sent meanwhile. */
async function sentBy(work: () => Promise<unknown>) {
  const before = base.server.deliveries.list().length;
  await work();
  return base.server.deliveries.list().reverse().slice(before);
}

// Developer guide: Migrate user Lambda trigger, response parameters.
describe('userAttributes of a migration', () => {
  it('every required attribute of the pool must be there', async () => {
    const pool = await migrating({ userAttributes: { name: 'Old', email: '' } });
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(
      failed('Attributes did not conform to the schema: email: The attribute is required'),
    );
  });

  it('sub can never be among them: it is always new', async () => {
    const pool = await migrating({ userAttributes: { email, sub: 'legacy-17' } });
    expect((await refusal(signIn(pool, email, oldPassword))).name).toBe('UserNotFoundException');
    expect(await refusal(signIn(await hiding(pool), email, oldPassword))).toEqual(generic);
  });

  it('without the prefix custom: an attribute of the pool is not in the schema', async () => {
    const pool = await migrating({ userAttributes: { email, rails_app_id: '17' } });
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(
      failed(
        'Attributes did not conform to the schema: rails_app_id: Attribute does not exist in the schema.',
      ),
    );
  });

  it('username makes no name where addresses are usernames: the pool makes a UUID that is the sub', async () => {
    const pool = await migrating({ userAttributes: { email, username: 'old', email_verified: 'true' } });
    const claims = claimsOf((await signIn(pool, email, oldPassword)).AuthenticationResult?.IdToken);
    expect(claims['cognito:username']).toMatch(/^[0-9a-f-]{36}$/);
    expect(claims['cognito:username']).toBe(claims['sub']);
  });

  it('email_verified "true" is what lets the user reset the password', async () => {
    const pool = await migrating({ userAttributes: { email, email_verified: 'true' } });
    await signIn(pool, email, oldPassword);
    expect((await forgot(pool, email)).CodeDeliveryDetails?.Destination).toBe('o***@e***');
    await migrating({ userAttributes: { email } });
    await signIn(pool, email, oldPassword);
    expect((await refusal(forgot(pool, email))).name).toBe('InvalidParameterException');
  });
});

describe('a typed e-mail in a pool where it is an alias', () => {
  it('is refused as a username', async () => {
    const pool = await migrating({}, aliases);
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(
      failed('Username cannot be of email format, since user pool is configured for email alias.'),
    );
    expect(await refusal(signIn(await hiding(pool), email, oldPassword))).toEqual(generic);
  });

  it('makes the user when the function returns username', async () => {
    const userAttributes = { username: 'old', email, email_verified: 'true' };
    const pool = await migrating({ userAttributes }, aliases);
    const { AuthenticationResult: tokens } = await signIn(pool, email, oldPassword);
    const claims = claimsOf(tokens?.IdToken);
    expect(claims).toMatchObject({ 'cognito:username': 'old', email });
    expect(claims['sub']).toMatch(/^[0-9a-f-]{36}$/);
    expect(await valueOf(pool, 'old', 'username')).toBeUndefined();
    await signIn(pool, 'old', oldPassword);
    await signIn(pool, email, oldPassword);
    expect(lambda.events).toHaveLength(1);
  });
});

describe('finalUserStatus of a migration', () => {
  it('CONFIRMED keeps the typed password, whatever the policy', async () => {
    const pool = await migrating({});
    await signIn(pool, email, oldPassword);
    expect((await get(pool, email)).UserStatus).toBe('CONFIRMED');
    expect((await signIn(pool, email, oldPassword)).AuthenticationResult).toBeDefined();
  });

  it.each([
    ['absent requires a reset', undefined],
    ['RESET_REQUIRED requires one too (inferred)', 'RESET_REQUIRED'],
  ])('%s', async (_what, finalUserStatus) => {
    const pool = await migrating({ finalUserStatus });
    expect((await refusal(signIn(pool, email, oldPassword))).name).toBe('PasswordResetRequiredException');
    expect((await get(pool, email)).UserStatus).toBe('RESET_REQUIRED');
    await forgot(pool, email);
    const ConfirmationCode = lastCode(pool);
    const answer = { ClientId: pool.clientId, Username: email, ConfirmationCode, Password: password };
    await pool.sdk.send(new ConfirmForgotPasswordCommand(answer));
    expect((await get(pool, email)).UserStatus).toBe('CONFIRMED');
  });
});

describe('the message after a migration', () => {
  const userAttributes = { email, email_verified: 'true', phone_number: phone };

  it('messageAction SUPPRESS: there is none', async () => {
    const pool = await migrating({ userAttributes, desiredDeliveryMediums: ['EMAIL', 'SMS'] });
    expect(await sentBy(() => signIn(pool, email, oldPassword))).toEqual([]);
  });

  type Medium = 'EMAIL' | 'SMS';
  it.each<[string, Medium[] | undefined, Medium[]]>([
    ['no desiredDeliveryMediums: by SMS', undefined, ['SMS']],
    ['desiredDeliveryMediums EMAIL: by mail', ['EMAIL'], ['EMAIL']],
    ['desiredDeliveryMediums EMAIL and SMS: by both', ['EMAIL', 'SMS'], ['EMAIL', 'SMS']],
  ])('messageAction omitted, %s', async (_how, desiredDeliveryMediums, mediums) => {
    const pool = await migrating({ userAttributes, messageAction: undefined, desiredDeliveryMediums });
    const destinations = { EMAIL: email, SMS: phone };
    expect(await sentBy(() => signIn(pool, email, oldPassword))).toMatchObject(
      mediums.map((medium) => ({ purpose: 'welcome', medium, destination: destinations[medium] })),
    );
  });
});

describe('forceAliasCreation of a migration', () => {
  /** Somebody else holds the address already; the newcomer types a username. */
  async function clashing(forceAliasCreation: boolean | undefined): Promise<TestPool> {
    const pool = await migrating({ forceAliasCreation }, aliases);
    await createUser(pool, 'first', password, email);
    return pool;
  }

  it('true takes the alias from the other user', async () => {
    const pool = await clashing(true);
    const { AuthenticationResult: tokens } = await signIn(pool, 'second', oldPassword);
    expect(claimsOf(tokens?.IdToken)).toMatchObject({ 'cognito:username': 'second', email });
    expect((await get(pool, email)).Username).toBe('second');
    expect(await valueOf(pool, 'first', 'email_verified')).toBe('false');
  });

  it.each([[false], [undefined]])('%p with an alias that is taken: nobody is migrated', async (force) => {
    const pool = await clashing(force);
    expect(await refusal(signIn(pool, 'second', oldPassword))).toEqual(
      failed('An account with the email already exists.'),
    );
    expect(await refusal(signIn(await hiding(pool), 'second', oldPassword))).toEqual(generic);
    expect((await refusal(get(pool, 'second'))).name).toBe('UserNotFoundException');
    expect((await get(pool, email)).Username).toBe('first');
  });

  it('true takes no address away where it is the username', async () => {
    const userAttributes = { email: 'taken@example.com', email_verified: 'true' };
    const pool = await migrating({ userAttributes, forceAliasCreation: true });
    await createUser(pool, 'taken@example.com');
    expect((await refusal(signIn(pool, email, oldPassword))).name).toBe('UserNotFoundException');
    expect((await signIn(pool, 'taken@example.com')).AuthenticationResult).toBeDefined();
  });
});

describe('enableSMSMFA of a migration', () => {
  const enableSMSMFA = true;
  const withPhone = { email, email_verified: 'true', phone_number: phone };

  it('makes text messages the second factor, at this sign-in already', async () => {
    const pool = await migrating({ enableSMSMFA, userAttributes: withPhone }, messages);
    const asked = await signIn(pool, email, oldPassword);
    expect(asked.ChallengeName).toBe('SMS_MFA');
    expect(asked.ChallengeParameters?.['CODE_DELIVERY_DESTINATION']).toBe('+*******4567');
    expect((await get(pool, email)).UserMFASettingList).toEqual(['SMS_MFA']);
  });

  it('fails where the pool has no MFA', async () => {
    const pool = await migrating({ enableSMSMFA, userAttributes: withPhone });
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(
      failed('Error during migration: invalid enableSMSMFA'),
    );
  });

  it('fails without a phone_number', async () => {
    const pool = await migrating({ enableSMSMFA }, messages);
    expect(await refusal(signIn(pool, email, oldPassword))).toEqual(
      failed('Error during migration: invalid enableSMSMFA'),
    );
    expect(await refusal(signIn(await hiding(pool), email, oldPassword))).toEqual(generic);
  });
});
