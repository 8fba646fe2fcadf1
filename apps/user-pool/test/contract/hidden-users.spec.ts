import type { ExplicitAuthFlowsType } from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { password, refusal } from '../support.js';
import { useTarget, type Target } from './target.js';

const nobody = 'nobody@example.com';
/** Confirmed and disabled; `waiting` is unconfirmed and disabled. */
const disabled = 'ann@example.com';
const waiting = 'bea@example.com';
const target = useTarget(process.env);
let legacy: Target;
beforeAll(async () => {
  const ExplicitAuthFlows: ExplicitAuthFlowsType[] = [
    'ALLOW_USER_PASSWORD_AUTH',
    'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  ];
  Object.assign(target, await target.withClient({ ExplicitAuthFlows }));
  legacy = await target.withClient({ ExplicitAuthFlows, PreventUserExistenceErrors: 'LEGACY' });
  await target.createUser(disabled);
  await signUp(target, waiting);
  for (const Username of [disabled, waiting]) {
    await target.sdk.adminDisableUser({ UserPoolId: target.poolId, Username });
  }
});

const signUp = ({ sdk, clientId }: Target, Username: string) =>
  sdk.signUp({ ClientId: clientId, Username, Password: password });
const resend = ({ sdk, clientId }: Target, Username: string) =>
  sdk.resendConfirmationCode({ ClientId: clientId, Username });
const forgot = ({ sdk, clientId }: Target, Username: string) =>
  sdk.forgotPassword({ ClientId: clientId, Username });
const code = { ConfirmationCode: '123456' };
const confirm = ({ sdk, clientId }: Target, Username: string) =>
  sdk.confirmSignUp({ ClientId: clientId, Username, ...code });
const reset = ({ sdk, clientId }: Target, Username: string) =>
  sdk.confirmForgotPassword({ ClientId: clientId, Username, Password: password, ...code });
const signIn = (at: Target, USERNAME: string) => at.signIn(USERNAME);
const signInByAdministrator = ({ sdk, poolId, clientId }: Target, USERNAME: string) =>
  sdk.adminInitiateAuth({
    UserPoolId: poolId,
    ClientId: clientId,
    AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD: password },
  });

// Developer guide: Managing error responses.
describe('unknown and disabled users with ENABLED', () => {
  it.each([
    ['InitiateAuth', signIn],
    ['AdminInitiateAuth', signInByAdministrator],
  ])('%s: the same error as for a wrong password', async (_operation, begin) => {
    for (const name of [nobody, disabled]) {
      expect(await refusal(begin(target, name))).toEqual({
        name: 'NotAuthorizedException',
        message: 'Incorrect username or password.',
      });
    }
  });

  it.each([nobody, disabled])(
    'ForgotPassword: a simulated delivery, or InvalidParameterException: %s',
    async (name) => {
      const outcome = await forgot(target, name).catch((error: Error) => error.name);
      const simulated = typeof outcome === 'string' ? outcome : outcome.CodeDeliveryDetails?.Destination;
      expect(target.either(`${name[0]}***@e***`, 'InvalidParameterException')).toContain(simulated);
    },
  );

  it('ConfirmForgotPassword: ExpiredCode if no code was requested', async () => {
    const { name } = await refusal(reset(target, 'never-asked@example.com'));
    expect(target.either('ExpiredCodeException', 'CodeMismatchException')).toContain(name);
  });

  it.each([nobody, disabled])(
    'ConfirmForgotPassword: CodeMismatch if a code was requested: %s',
    async (user) => {
      await forgot(target, user).catch(() => undefined);
      const { name } = await refusal(reset(target, user));
      expect(target.either('CodeMismatchException', 'ExpiredCodeException')).toContain(name);
    },
  );

  it.each([nobody, disabled, waiting])(
    'ResendConfirmationCode: a simulated CodeDeliveryDetails: %s',
    async (name) => {
      expect((await resend(target, name)).CodeDeliveryDetails?.Destination).toContain('***');
    },
  );

  it.each([nobody, waiting])(
    'ConfirmSignUp: ExpiredCode, CodeMismatch or NotAuthorized: %s',
    async (user) => {
      const names = target.either('ExpiredCodeException', 'CodeMismatchException', 'NotAuthorizedException');
      expect(names).toContain((await refusal(confirm(target, user))).name);
    },
  );

  it('SignUp: UsernameExists still reveals users if addresses are usernames', async () => {
    expect(await refusal(signUp(target, waiting))).toEqual({
      name: 'UsernameExistsException',
      message: expect.stringMatching(
        /^(User already exists|An account with the given email already exists\.)$/,
      ),
    });
  });
});

describe('unknown and disabled users with LEGACY', () => {
  it.each([
    ['InitiateAuth', signIn],
    ['AdminInitiateAuth', signInByAdministrator],
  ])('%s: an error names them', async (_operation, begin) => {
    expect(await refusal(begin(legacy, nobody))).toEqual({
      name: 'UserNotFoundException',
      message: 'User does not exist.',
    });
    expect(await refusal(begin(legacy, disabled))).toEqual({
      name: 'NotAuthorizedException',
      message: expect.stringMatching(/^User is disabled\.?$/),
    });
  });

  it.each([
    ['ConfirmSignUp', confirm],
    ['ResendConfirmationCode', resend],
    ['ForgotPassword', forgot],
    ['ConfirmForgotPassword', reset],
  ])(
    '%s: reports an unknown user',
    async (_operation, call: (at: Target, name: string) => Promise<unknown>) => {
      expect(await refusal(call(legacy, nobody))).toEqual({
        name: 'UserNotFoundException',
        message: expect.stringMatching(/^Username\/client id combination not found\.?$/),
      });
    },
  );

  it.each([
    ['ConfirmSignUp', confirm],
    ['ResendConfirmationCode', resend],
  ])(
    '%s: reports a disabled user as not confirmed',
    async (_operation, call: (at: Target, name: string) => Promise<unknown>) => {
      const { name } = await refusal(call(legacy, waiting));
      expect(
        target.either('NotAuthorizedException', 'InvalidParameterException', 'ExpiredCodeException'),
      ).toContain(name);
    },
  );
});

describe('confirmed users', () => {
  it('are reported by ResendConfirmationCode with LEGACY only', async () => {
    await target.createUser('dan@example.com');
    expect(await refusal(resend(legacy, 'dan@example.com'))).toEqual({
      name: 'InvalidParameterException',
      message: 'User is already confirmed.',
    });
    expect((await resend(target, 'dan@example.com')).CodeDeliveryDetails).toBeDefined();
  });
});

describe('administration', () => {
  it('reports unknown users with any client', async () => {
    const call = target.sdk.adminGetUser({ UserPoolId: target.poolId, Username: nobody });
    expect(await refusal(call)).toEqual({
      name: 'UserNotFoundException',
      message: 'User does not exist.',
    });
  });
});
