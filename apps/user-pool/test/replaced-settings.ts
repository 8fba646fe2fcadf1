import type {
  CognitoIdentityProvider,
  UpdateUserPoolClientRequest,
  UpdateUserPoolRequest,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from '@jest/globals';

export type PoolChange = Omit<UpdateUserPoolRequest, 'UserPoolId'>;
export type ClientChange = Omit<UpdateUserPoolClientRequest, 'UserPoolId' | 'ClientId'>;

/**
 * Updates the pool once with all settings and once without each of them. An update must set what it contains and
 * return everything else to its default.
 */
export async function expectPoolReplacement(
  sdk: CognitoIdentityProvider,
  UserPoolId: string,
  change: PoolChange,
): Promise<void> {
  const update = async (settings: PoolChange): Promise<UserPoolType> => {
    await sdk.updateUserPool({ UserPoolId, ...settings });
    const { UserPool } = await sdk.describeUserPool({ UserPoolId });
    return UserPool ?? {};
  };
  await expectReplacement(change, update);
}

export async function expectClientReplacement(
  sdk: CognitoIdentityProvider,
  which: { UserPoolId: string; ClientId: string | undefined },
  change: ClientChange,
): Promise<void> {
  const update = async (settings: ClientChange): Promise<UserPoolClientType> => {
    await sdk.updateUserPoolClient({ ...which, ...settings });
    return (await sdk.describeUserPoolClient(which)).UserPoolClient ?? {};
  };
  await expectReplacement(change, update);
}

async function expectReplacement<T extends object>(
  change: T,
  update: (settings: T) => Promise<object>,
): Promise<void> {
  const defaults = (await update({} as T)) as Record<string, unknown>;
  expect(await update(change)).toMatchObject(change);
  for (const name of Object.keys(change)) {
    expect(change).not.toHaveProperty(name, defaults[name]);
    const others = Object.fromEntries(Object.entries(change).filter(([other]) => other !== name));
    const described = (await update(others as T)) as Record<string, unknown>;
    expect({ name, value: described[name] }).toEqual({ name, value: defaults[name] });
    expect(described).toMatchObject(others);
  }
  const { LastModifiedDate: _first, ...before } = defaults;
  const { LastModifiedDate: _last, ...after } = (await update({} as T)) as Record<string, unknown>;
  expect(after).toEqual(before);
}
