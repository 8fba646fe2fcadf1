import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicOperations, signedOperations } from '../src/operations/index.js';
import { modelledErrors } from '../src/wire/errors.js';

/** Modelled exceptions that the local pool never returns itself. An injected fault can return any of them. */
const notCovered: Record<string, string> = {
  ConcurrentModificationException: 'operations on one record do not overlap',
  ForbiddenException: 'there is no AWS WAF',
  InvalidEmailRoleAccessPolicyException: 'there is no SES',
  InvalidOAuthFlowException: 'there is no hosted sign-in; OAuth settings are only stored',
  InvalidSmsRoleAccessPolicyException: 'there is no SNS',
  InvalidSmsRoleTrustRelationshipException: 'there is no SNS',
  InvalidUserPoolConfigurationException: 'invalid settings are refused when they are set',
  MFAMethodNotFoundException: 'a missing factor is set up during the sign-in',
  ScopeDoesNotExistException: 'there are no resource servers',
  TierChangeNotAllowedException: 'the tier is stored and has no effect',
  TooManyFailedAttemptsException: 'the hourly limits return LimitExceededException before',
  TooManyRequestsException: 'there is no quota of the account',
  UserPoolTaggingException: 'tags are stored without rules',
};

const sdk = join(
  import.meta.dirname,
  '../../../node_modules/@aws-sdk/client-cognito-identity-provider/dist-types/commands',
);

/** The exceptions that the SDK documents for one operation. */
function modelled(operation: string): string[] {
  const file = join(sdk, `${operation}Command.d.ts`);
  const names = readFileSync(file, 'utf8').matchAll(/@throws \{@link (\w+Exception)\}/g);
  return [...names]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'CognitoIdentityProviderServiceException');
}

it('returns every exception that the SDK models for its operations, except those that are not covered', () => {
  const operations = [...publicOperations.keys(), ...signedOperations.keys()];
  const names = [...new Set(operations.flatMap(modelled))].sort();
  expect([...modelledErrors, ...Object.keys(notCovered)].sort()).toEqual(names);
});
