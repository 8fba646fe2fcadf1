import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { toAppError } from './cognito-errors.js';
import { type Asked, meanings } from './exceptions.js';

const operations: Record<string, Asked[]> = {
  AdminCreateUser: ['invite-again'],
  AdminDeleteUser: ['delete-user'],
  AdminDisableUser: ['disable-user'],
  AdminEnableUser: ['enable-user'],
  AdminGetUser: ['find-user'],
  AdminSetUserPassword: ['set-password'],
  AdminUpdateUserAttributes: ['change-email'],
  AdminUserGlobalSignOut: ['sign-user-out'],
  AssociateSoftwareToken: ['associate-totp', 'associate-totp-in-sign-in'],
  ChangePassword: ['change-password'],
  ConfirmForgotPassword: ['confirm-forgot-password'],
  DescribeUserPool: ['describe-pool'],
  DescribeUserPoolClient: ['describe-app-client'],
  ForgotPassword: ['forgot-password'],
  GetTokensFromRefreshToken: ['refresh'],
  GetUser: ['get-user'],
  GlobalSignOut: ['global-sign-out'],
  InitiateAuth: ['sign-in'],
  ListUsers: ['list-users'],
  RespondToAuthChallenge: ['challenge'],
  RevokeToken: ['revoke'],
  SetUserMFAPreference: ['prefer-totp'],
  VerifySoftwareToken: ['verify-totp', 'verify-totp-in-sign-in'],
};

const sdk = join(
  dirname(createRequire(import.meta.url).resolve('@aws-sdk/client-cognito-identity-provider')),
  '..',
  'dist-types/commands',
);

// What the SDK throws when it is told no name at all; judged by its status.
const base = 'CognitoIdentityProviderServiceException';

/** The exceptions of an operation, as the SDK's own declarations list them. */
function modelled(operation: string): string[] {
  const declarations = readFileSync(join(sdk, `${operation}Command.d.ts`), 'utf8');
  const names = [...declarations.matchAll(/@throws \{@link (\w+)\}/g)].map(([, name = '']) => name);
  return names.filter((name) => name !== base);
}

const cases = Object.entries(operations).flatMap(([operation, all]) =>
  all.map((asked): [Asked, string] => [asked, operation]),
);

describe('the table of exceptions', () => {
  it('is about every question we ask', () => {
    expect(cases.map(([asked]) => asked).sort()).toEqual(Object.keys(meanings).sort());
  });

  it.each(cases)('has for %s every exception that the SDK has for %s', (asked, operation) => {
    const names = modelled(operation);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !Object.hasOwn(meanings[asked], name))).toEqual([]);
  });

  it('uses no operation that is missing here', () => {
    const adapters = ['cognito-identity-provider.ts', 'cognito-user-directory.ts']
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
      .join();
    const used = [...adapters.matchAll(/new (\w+)Command\(/g)].map(([, operation]) => operation);
    expect(used.sort()).toEqual(Object.keys(operations).sort());
  });

  it.each([
    [base, 400, 'internal'],
    [base, 500, 'cognito.unavailable'],
    ['ThrottlingException', 400, 'cognito.unavailable'],
    ['ServiceUnavailable', 503, 'cognito.unavailable'],
    ['ValidationException', 400, 'internal'],
  ])('knows what is in no model: %s with status %i', (name, httpStatusCode, code) => {
    for (const [asked] of cases) {
      const error = Object.assign(new Error('x'), { name, $metadata: { httpStatusCode } });
      expect(toAppError(asked, error).code).toBe(code);
    }
  });
});
