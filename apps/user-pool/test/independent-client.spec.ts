import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js';
import { codeAt, period } from './authenticator.js';
import { openTestPool, password } from './support.js';

// An AWS client with its own SRP implementation; only the endpoint is changed.
const pool = openTestPool({}, { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] });
let user: (Username: string) => CognitoUser;
beforeAll(async () => {
  const at = { UserPoolId: pool.poolId, ClientId: pool.clientId, endpoint: pool.server.url };
  user = (Username) => new CognitoUser({ Username, Pool: new CognitoUserPool(at) });
});

type Outcome = CognitoUserSession | 'totp' | 'new-password';

const authenticate = (who: CognitoUser, Password = password) =>
  new Promise<Outcome>((resolve, reject) =>
    who.authenticateUser(new AuthenticationDetails({ Username: who.getUsername(), Password }), {
      onSuccess: resolve,
      onFailure: reject,
      totpRequired: () => resolve('totp'),
      newPasswordRequired: () => resolve('new-password'),
    }),
  );

const signedIn = async (who: CognitoUser, given = password): Promise<CognitoUserSession> => {
  const outcome = await authenticate(who, given);
  if (typeof outcome === 'string') throw new Error(`Asked for ${outcome}`);
  return outcome;
};

describe('amazon-cognito-identity-js', () => {
  it('signs in with SRP and refreshes', async () => {
    await pool.createUser('ann@example.com');
    const ann = user('ann@example.com');
    const session = await signedIn(ann);
    expect(session.getIdToken().payload['email']).toBe('ann@example.com');
    const refreshed = await new Promise<CognitoUserSession>((resolve, reject) =>
      ann.refreshSession(session.getRefreshToken(), (error: Error | null, result: CognitoUserSession) =>
        error ? reject(error) : resolve(result),
      ),
    );
    expect(refreshed.getAccessToken().payload['origin_jti']).toBe(
      session.getAccessToken().payload['origin_jti'],
    );
  });

  it('gets the same error for a wrong password and an unknown user', async () => {
    await pool.createUser('bea@example.com');
    const refused = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
    await expect(authenticate(user('bea@example.com'), 'Wrong-horse-1')).rejects.toMatchObject(refused);
    await expect(authenticate(user('nobody@example.com'))).rejects.toMatchObject(refused);
  });

  it('locks out after five wrong proofs', async () => {
    await pool.createUser('cyd@example.com');
    for (let attempt = 1; attempt <= 5; attempt++) {
      await authenticate(user('cyd@example.com'), 'Wrong-horse-1').catch(() => undefined);
    }
    await expect(authenticate(user('cyd@example.com'))).rejects.toMatchObject({
      message: 'Password attempts exceeded',
    });
  });

  it('signs a user up and confirms it', async () => {
    const dan = user('dan@example.com');
    await new Promise((resolve, reject) =>
      new CognitoUserPool({
        UserPoolId: pool.poolId,
        ClientId: pool.clientId,
        endpoint: pool.server.url,
      }).signUp('dan@example.com', password, [], [], (error, result) =>
        error ? reject(error) : resolve(result),
      ),
    );
    await new Promise((resolve, reject) =>
      dan.confirmRegistration(pool.lastCode(), false, (error: Error | null, result: unknown) =>
        error ? reject(error) : resolve(result),
      ),
    );
    expect((await signedIn(dan)).isValid()).toBe(true);
  });

  it('resets a forgotten password', async () => {
    await pool.createUser('eve@example.com');
    const eve = user('eve@example.com');
    await new Promise((resolve, reject) => eve.forgotPassword({ onSuccess: resolve, onFailure: reject }));
    await new Promise((resolve, reject) =>
      eve.confirmPassword(pool.lastCode(), 'Another-horse-2', { onSuccess: resolve, onFailure: reject }),
    );
    expect((await signedIn(eve, 'Another-horse-2')).isValid()).toBe(true);
  });

  it('enrols an authenticator app and signs in with it', async () => {
    await pool.sdk.setUserPoolMfaConfig({
      UserPoolId: pool.poolId,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
    await pool.createUser('fay@example.com');
    const fay = user('fay@example.com');
    await signedIn(fay);
    const secret = await new Promise<string>((resolve, reject) =>
      fay.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject }),
    );
    const code = () => codeAt(secret, pool.server.clock.now());
    await new Promise((resolve, reject) =>
      fay.verifySoftwareToken(code(), 'phone', { onSuccess: resolve, onFailure: reject }),
    );
    await new Promise((resolve, reject) =>
      fay.setUserMfaPreference(null, { Enabled: true, PreferredMfa: true }, (error, result) =>
        error ? reject(error) : resolve(result),
      ),
    );
    pool.server.clock.advanceBy(period);
    expect(await authenticate(fay)).toBe('totp');
    const session = await new Promise<CognitoUserSession>((resolve, reject) =>
      fay.sendMFACode(code(), { onSuccess: resolve, onFailure: reject }, 'SOFTWARE_TOKEN_MFA'),
    );
    expect(session.getAccessToken().getJwtToken()).toBeTruthy();
  });
});
