import type { UserPoolClientType, UserPoolType } from '../cognito/pool-settings.reader.js';
import type { Facts } from './facts.js';

/** Members of UpdateUserPool that DescribeUserPool returns under the same name (API reference, both operations). */
const poolMembers = [
  'Policies',
  'DeletionProtection',
  'LambdaConfig',
  'AutoVerifiedAttributes',
  'SmsVerificationMessage',
  'EmailVerificationMessage',
  'EmailVerificationSubject',
  'VerificationMessageTemplate',
  'SmsAuthenticationMessage',
  'UserAttributeUpdateSettings',
  'MfaConfiguration',
  'DeviceConfiguration',
  'EmailConfiguration',
  'SmsConfiguration',
  'UserPoolTags',
  'AdminCreateUserConfig',
  'UserPoolAddOns',
  'AccountRecoverySetting',
  'UserPoolTier',
  'KeyConfiguration',
] as const satisfies (keyof UserPoolType)[];

const clientMembers = [
  'ClientName',
  'RefreshTokenValidity',
  'AccessTokenValidity',
  'IdTokenValidity',
  'TokenValidityUnits',
  'ReadAttributes',
  'WriteAttributes',
  'ExplicitAuthFlows',
  'SupportedIdentityProviders',
  'CallbackURLs',
  'LogoutURLs',
  'DefaultRedirectURI',
  'AllowedOAuthFlows',
  'AllowedOAuthScopes',
  'AllowedOAuthFlowsUserPoolClient',
  'AnalyticsConfiguration',
  'PreventUserExistenceErrors',
  'EnableTokenRevocation',
  'EnablePropagateAdditionalUserContextData',
  'AuthSessionValidity',
  'RefreshTokenRotation',
] as const satisfies (keyof UserPoolClientType)[];

type PoolChange = { [Member in (typeof poolMembers)[number]]?: UserPoolType[Member] };
type ClientChange = { [Member in (typeof clientMembers)[number]]?: UserPoolClientType[Member] };

/** The command carries all present settings, because UpdateUserPool resets those that are left out to their defaults. */
export async function updatePool(facts: Facts, change: PoolChange): Promise<string> {
  const pool = await facts.pool();
  const settings = withoutDefaults(present(pool, poolMembers));
  const input = { UserPoolId: pool.Id, ...settings, ...change };
  return cognitoCommand(facts, 'update-user-pool', ['--cli-input-json', JSON.stringify(input)]);
}

/** As `updatePool`, for UpdateUserPoolClient. */
export async function updateAppClient(facts: Facts, clientId: string, change: ClientChange): Promise<string> {
  const client = await facts.appClient(clientId);
  const input = {
    ...{ UserPoolId: client.UserPoolId, ClientId: clientId },
    ...present(client, clientMembers),
    ...change,
  };
  return cognitoCommand(facts, 'update-user-pool-client', ['--cli-input-json', JSON.stringify(input)]);
}

/** Settings that only a new pool can have. @param optional attributes that the new pool does not require */
type CreateChange = Partial<
  Pick<UserPoolType, 'UsernameConfiguration' | 'UsernameAttributes' | 'AliasAttributes'>
> & {
  optional?: string[];
};

/** Creates another pool with the present settings and the change, for settings that are fixed when a pool is created. */
export async function createPool(facts: Facts, { optional = [], ...change }: CreateChange): Promise<string> {
  const pool = await facts.pool();
  const attributes = pool.SchemaAttributes ?? [];
  const Schema = attributes
    .filter(({ Name = '', Required }) => Name.startsWith('custom:') || (Required && Name !== 'sub'))
    .map(({ Name = '', ...attribute }) => ({
      ...attribute,
      Name: Name.replace(/^custom:/, ''),
      ...(optional.includes(Name) && { Required: false }),
    }));
  const fixed = present(pool, ['UsernameAttributes', 'AliasAttributes', 'UsernameConfiguration']);
  const settings = { ...withoutDefaults(present(pool, poolMembers)), ...fixed, Schema, ...change };
  const input = JSON.stringify({ PoolName: pool.Name, ...settings });
  return cognitoCommand(facts, 'create-user-pool', ['--cli-input-json', input]);
}

/** A command of the AWS CLI for the pool's Region and endpoint. Arguments are quoted. */
export function cognitoCommand(facts: Facts, operation: string, args: string[]): string {
  const { region, endpoint } = facts.settings('userPool');
  return awsCommand('cognito-idp', operation, args, { region, endpoint });
}

/** A `lambda` command of the AWS CLI. */
export function lambdaCommand(facts: Facts, operation: string, args: string[]): string {
  const { region, lambdaEndpoint: endpoint } = facts.settings('userPool');
  return awsCommand('lambda', operation, args, { region, endpoint });
}

function awsCommand(
  service: string,
  operation: string,
  args: string[],
  { region, endpoint }: { region: string; endpoint: string | undefined },
): string {
  const options = ['--region', region, ...(endpoint === undefined ? [] : ['--endpoint-url', endpoint])];
  return ['aws', service, operation, ...options, ...args].map(quote).join(' ');
}

/** Releases of the AWS CLI before 2024 refuse the members that are left out here. */
function withoutDefaults({
  UserPoolTier: tier,
  Policies,
  AdminCreateUserConfig,
  ...others
}: PoolChange): PoolChange {
  const { SignInPolicy: signIn, ...policies } = Policies ?? {};
  const isDefault = signIn?.AllowedFirstAuthFactors?.join() === 'PASSWORD';
  // "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"
  const { UnusedAccountValidityDays: _days, ...invitations } = AdminCreateUserConfig ?? {};
  return {
    ...others,
    ...(Policies && { Policies: { ...policies, ...(signIn && !isDefault && { SignInPolicy: signIn }) } }),
    ...(AdminCreateUserConfig && { AdminCreateUserConfig: invitations }),
    ...(tier !== undefined && tier !== 'ESSENTIALS' && { UserPoolTier: tier }),
  };
}

/** For a POSIX shell. */
const quote = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function present<Whole extends object, Member extends keyof Whole>(
  whole: Whole,
  members: readonly Member[],
): Partial<Pick<Whole, Member>> {
  const entries = members.flatMap((member) =>
    whole[member] === undefined ? [] : [[member, whole[member]] as const],
  );
  return Object.fromEntries(entries) as Partial<Pick<Whole, Member>>;
}
