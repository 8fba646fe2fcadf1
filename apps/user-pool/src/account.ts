import { invalidParameter } from './wire/errors.js';

/** Default quotas of an account in requests per second. (Developer guide, Quotas in Amazon Cognito) */
export const defaultLimits: Readonly<Record<string, number>> = {
  ClientAuthentication: 150,
  UserAccountRecovery: 30,
  UserAuthentication: 120,
  UserCreation: 50,
  UserFederation: 25,
  UserList: 30,
  UserPoolClientRead: 15,
  UserPoolClientUpdate: 15,
  UserPoolRead: 15,
  UserPoolResourceRead: 20,
  UserPoolResourceUpdate: 15,
  UserPoolUpdate: 15,
  UserRead: 120,
  UserResourceRead: 50,
  UserResourceUpdate: 25,
  UserToken: 120,
  UserUpdate: 25,
};

/** Facts that AWS determines: quotas, why messages cannot be sent, and which pools import no hashes. */
export interface AccountFacts {
  /** Quotas in requests per second by category; absent ones have the default. They are not enforced. */
  limits?: Record<string, number>;
  /** Members of DescribeUserPool, by pool id. */
  failures?: Record<string, { EmailConfigurationFailure?: string; SmsConfigurationFailure?: string }>;
  /** IDs of the pools on the previous infrastructure, which import no password hashes. No API returns this. */
  poolsWithoutHashImport?: string[];
}

export class Account {
  private facts: AccountFacts = {};

  describe(): AccountFacts {
    return this.facts;
  }

  replace(facts: unknown): void {
    if (!areFacts(facts)) {
      throw invalidParameter(
        'The account is { limits?: { CATEGORY: number }, failures?: { POOL_ID: { EmailConfigurationFailure?, SmsConfigurationFailure? } }, poolsWithoutHashImport?: [POOL_ID] }.',
      );
    }
    this.facts = facts;
  }

  limitOf(category: string): number | undefined {
    return this.facts.limits?.[category] ?? defaultLimits[category];
  }

  importsHashes(poolId: string): boolean {
    return !this.facts.poolsWithoutHashImport?.includes(poolId);
  }

  failuresOf(poolId: string) {
    return this.facts.failures?.[poolId] ?? {};
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFailure = (value: unknown) =>
  isObject(value) &&
  Object.entries(value).every(
    ([name, text]) => /^(Email|Sms)ConfigurationFailure$/.test(name) && typeof text === 'string',
  );

function areFacts(value: unknown): value is AccountFacts {
  if (!isObject(value)) return false;
  const { limits = {}, failures = {}, poolsWithoutHashImport: without = [], ...others } = value;
  return (
    Object.keys(others).length === 0 &&
    isObject(limits) &&
    Object.entries(limits).every(
      ([name, limit]) => Object.hasOwn(defaultLimits, name) && Number.isInteger(limit),
    ) &&
    isObject(failures) &&
    Object.values(failures).every(isFailure) &&
    Array.isArray(without) &&
    without.every((id) => typeof id === 'string')
  );
}
