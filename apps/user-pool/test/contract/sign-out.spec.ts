import {
  AdminDisableUserCommand,
  AdminUserGlobalSignOutCommand,
  GetUserCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createUser, refusal, signIn } from '../support.js';
import { openTarget, type Target } from './target.js';

let target: Target;
beforeAll(async () => {
  target = await openTarget(process.env);
});
afterAll(() => target.close());

const who = (Username: string) => ({ UserPoolId: target.poolId, Username });
const tokensOf = async (email: string) => (await signIn(target, email)).AuthenticationResult ?? {};
const use = (AccessToken: string | undefined) => target.sdk.send(new GetUserCommand({ AccessToken }));

// Developer guide: Token revocation. API reference: RevokeToken, AdminUserGlobalSignOut, AdminDisableUser.
describe('the end of sessions', () => {
  it('AdminUserGlobalSignOut ends all of a user, and AdminDisableUser too', async () => {
    for (const [name, Command] of [
      ['kim@example.com', AdminUserGlobalSignOutCommand],
      ['lou@example.com', AdminDisableUserCommand],
    ] as const) {
      await createUser(target, name);
      const { AccessToken } = await tokensOf(name);
      await target.sdk.send(new Command(who(name)));
      expect((await refusal(use(AccessToken))).name).toBe('NotAuthorizedException');
    }
  });

  it('RevokeToken is for the client that was given the token, and for clients that allow it', async () => {
    await createUser(target, 'mia@example.com');
    const revoke = (ClientId: string | undefined, Token: string | undefined) =>
      refusal(target.sdk.send(new RevokeTokenCommand({ ClientId, Token })));
    const { RefreshToken } = await tokensOf('mia@example.com');
    const { ClientId: another } = await target.addClient({});
    expect((await revoke(another, RefreshToken)).name).toBe('UnauthorizedException');
    const { ClientId } = await target.addClient({ EnableTokenRevocation: false });
    expect((await revoke(ClientId, RefreshToken)).name).toBe('UnsupportedOperationException');
  });

  it('RevokeToken of a client with a secret takes the secret itself', async () => {
    const { ClientId } = await target.addClient({ GenerateSecret: true });
    const call = new RevokeTokenCommand({ ClientId, Token: 'x', ClientSecret: 'wrong' });
    expect((await refusal(target.sdk.send(call))).name).toBe('UnauthorizedException');
  });

  it('refresh tokens are opaque and about 1,800 characters long', async () => {
    await createUser(target, 'ned@example.com');
    const { RefreshToken = '' } = await tokensOf('ned@example.com');
    expect(RefreshToken.length).toBeGreaterThan(1000);
    expect(RefreshToken.split('.')).not.toHaveLength(3);
  });
});
