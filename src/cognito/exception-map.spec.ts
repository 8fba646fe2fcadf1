import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { toAppError } from './cognito-errors.js';
import { type CognitoOperation, exceptionMap } from './exception-map.js';

const commands: Record<string, CognitoOperation[]> = {
  AdminCreateUser: ['invite-again'],
  AdminDeleteUser: ['delete-user'],
  AdminDisableUser: ['disable-user'],
  AdminEnableUser: ['enable-user'],
  AdminGetUser: ['find-user'],
  AdminListGroupsForUser: ['list-user-groups'],
  AdminResetUserPassword: ['reset-password'],
  AdminSetUserMFAPreference: ['remove-factors'],
  AdminSetUserPassword: ['set-password'],
  AdminUpdateUserAttributes: ['change-email'],
  AdminUserGlobalSignOut: ['sign-user-out'],
  AssociateSoftwareToken: ['associate-totp', 'associate-totp-in-sign-in'],
  ChangePassword: ['change-password'],
  ConfirmForgotPassword: ['confirm-forgot-password'],
  CreateUserImportJob: ['create-import-job'],
  DescribeUserImportJob: ['describe-import-job'],
  DescribeUserPool: ['describe-pool'],
  DescribeUserPoolClient: ['describe-app-client'],
  ForgotPassword: ['forgot-password'],
  GetCSVHeader: ['get-import-header'],
  GetLogDeliveryConfiguration: ['describe-log-delivery'],
  GetProvisionedLimit: ['get-limit'],
  GetTokensFromRefreshToken: ['refresh'],
  GetUser: ['get-user'],
  GetUserPoolMfaConfig: ['describe-mfa'],
  GlobalSignOut: ['global-sign-out'],
  InitiateAuth: ['sign-in'],
  ListUserImportJobs: ['list-import-jobs'],
  ListUsers: ['list-users'],
  RespondToAuthChallenge: ['challenge'],
  RevokeToken: ['revoke'],
  SetUserMFAPreference: ['prefer-totp'],
  StartUserImportJob: ['start-import-job'],
  StopUserImportJob: ['stop-import-job'],
  VerifySoftwareToken: ['verify-totp', 'verify-totp-in-sign-in'],
};

const sdk = join(
  import.meta.dirname,
  '../../node_modules/@aws-sdk/client-cognito-identity-provider/dist-types/commands',
);

// Thrown for a response without an exception name; mapped by its status.
const base = 'CognitoIdentityProviderServiceException';

/** The exceptions in the SDK's declaration of a command. */
function modelled(command: string): string[] {
  const declarations = readFileSync(join(sdk, `${command}Command.d.ts`), 'utf8');
  const names = [...declarations.matchAll(/@throws \{@link (\w+)\}/g)].map(([, name = '']) => name);
  return names.filter((name) => name !== base);
}

const cases = Object.entries(commands).flatMap(([command, operations]) =>
  operations.map((operation): [CognitoOperation, string] => [operation, command]),
);

describe('exceptionMap', () => {
  it('has every operation', () => {
    expect(cases.map(([operation]) => operation).sort()).toEqual(Object.keys(exceptionMap).sort());
  });

  it.each(cases)('has for %s every exception in the SDK model of %s', (operation, command) => {
    const names = modelled(command);
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => !Object.hasOwn(exceptionMap[operation], name))).toEqual([]);
  });

  it('covers every command that the adapters send', () => {
    const adapters = [
      ...['identity-provider.ts', 'pool-settings.reader.ts', 'user-directory.ts', 'user-import-jobs.ts'],
    ]
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
      .join();
    const used = [...adapters.matchAll(/new (\w+)Command\(/g)].map(([, command]) => command);
    expect([...new Set(used)].sort()).toEqual(Object.keys(commands).sort());
  });

  it.each([
    [base, 400, 'internal'],
    [base, 500, 'cognito.unavailable'],
    ['ThrottlingException', 400, 'cognito.unavailable'],
    ['ServiceUnavailable', 503, 'cognito.unavailable'],
    ['ValidationException', 400, 'internal'],
  ])('maps an exception outside the models: %s with status %i', (name, httpStatusCode, code) => {
    for (const [operation] of cases) {
      const error = Object.assign(new Error('x'), { name, $metadata: { httpStatusCode } });
      expect(toAppError(operation, error).code).toBe(code);
    }
  });
});
