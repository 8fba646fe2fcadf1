import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { publicOperations, signedOperations } from '../src/operations/index.js';

/** Modelled exceptions that the local pool never returns itself. An injected fault can return any of them. */
const notCovered: Record<string, string> = {
  ConcurrentModificationException: 'operations on one record do not overlap here',
  FeatureUnavailableInTierException: 'every feature the stand-in has is there in every tier',
  ForbiddenException: 'there is no AWS WAF in front',
  InvalidEmailRoleAccessPolicyException: 'there is no SES',
  InvalidOAuthFlowException: 'there is no hosted sign-in, OAuth settings are only kept',
  InvalidSmsRoleAccessPolicyException: 'there is no SNS',
  InvalidSmsRoleTrustRelationshipException: 'there is no SNS',
  InvalidUserPoolConfigurationException: 'what would be wrong later is refused when it is set',
  MFAMethodNotFoundException: 'a missing factor is set up during the sign-in instead',
  OperationNotEnabledException: 'there are no replica Regions',
  PreconditionNotMetException: 'there are no imports',
  ScopeDoesNotExistException: 'there are no resource servers',
  TierChangeNotAllowedException: 'the tier is kept and has no effect',
  TooManyFailedAttemptsException: 'the hourly limits answer LimitExceededException first',
  TooManyRequestsException: 'there is no quota for the account',
  UserImportInProgressException: 'there are no imports',
  UserPoolTaggingException: 'tags are kept and have no rules',
};

const here = import.meta.dirname;
const texts = (folder: string, ending: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');

/** The list of names does not prove that they are raised. */
const source = texts(join(here, '../src'), '.ts').replace(/export type ErrorName =[^;]*;/, '');
const tests = texts(here, '.spec.ts').replace(readFileSync(join(here, 'exceptions.spec.ts'), 'utf8'), '');

/** The exceptions that the SDK documents for one operation. */
function modelled(operation: string): string[] {
  const sdk = dirname(createRequire(import.meta.url).resolve('@aws-sdk/client-cognito-identity-provider'));
  const file = join(sdk, `../dist-types/commands/${operation}Command.d.ts`);
  const names = readFileSync(file, 'utf8').matchAll(/@throws \{@link (\w+Exception)\}/g);
  return [...names]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'CognitoIdentityProviderServiceException');
}

const operations = [...publicOperations.keys(), ...signedOperations.keys()];
const names = [...new Set(operations.flatMap(modelled))].sort();

describe('every exception the SDK models for these operations', () => {
  it.each(names)('%s is raised and tested, or listed as not covered', (name) => {
    const isRaised = source.includes(`'${name}'`);
    expect({ isRaised, isListed: name in notCovered }).toEqual({ isRaised, isListed: !isRaised });
    if (isRaised) expect(tests).toContain(name);
  });

  it('is listed as not covered only if it is modelled', () => {
    expect(Object.keys(notCovered).filter((name) => !names.includes(name))).toEqual([]);
  });
});
