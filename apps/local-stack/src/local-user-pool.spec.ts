import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startUserPool } from '../../user-pool/src/server.js';
import { signingKeys } from '../../user-pool/test/signing-keys.js';
import { LocalFolder } from './local-folder.js';
import { ensurePool } from './local-user-pool.js';

describe('the pool of the local stack', () => {
  const trigger = 'arn:aws:lambda:us-east-1:000000000000:function:usher-migration';
  let path: string;
  let folder: LocalFolder;
  let server: Awaited<ReturnType<typeof startUserPool>>;
  let sdk: CognitoIdentityProvider;

  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'usher-pool-'));
    folder = await LocalFolder.open(path, { fresh: false });
    await mkdir(folder.pathOf('user-pool'));
    server = await startUserPool({ signingKeys: signingKeys() });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    sdk = new CognitoIdentityProvider({ endpoint: server.url, region: 'us-east-1', credentials });
  });

  afterAll(async () => {
    sdk.destroy();
    await server.close();
    folder.close();
    await rm(path, { recursive: true });
  });

  const describePool = async (UserPoolId: string) => {
    const { UserPool } = await sdk.describeUserPool({ UserPoolId });
    const { LastModifiedDate: _, ...settings } = UserPool ?? {};
    return settings;
  };

  it('has the Lambda as its three triggers, and stays the same at the next start', async () => {
    const ids = await ensurePool(folder, server.url, {});
    const first = await describePool(ids.userPoolId);
    expect(first.LambdaConfig).toEqual({
      UserMigration: trigger,
      PreSignUp: trigger,
      CustomMessage: trigger,
    });
    expect(first.EmailConfiguration?.EmailSendingAccount).toBe('DEVELOPER');
    expect(await ensurePool(folder, server.url, {})).toEqual(ids);
    expect(await describePool(ids.userPoolId)).toEqual(first);
  });

  it('of an earlier release gets the trigger of messages and keeps its other settings', async () => {
    const { userPoolId: UserPoolId } = await ensurePool(folder, server.url, {});
    const earlier = {
      UserPoolId,
      AutoVerifiedAttributes: ['email' as const],
      MfaConfiguration: 'OPTIONAL' as const,
      LambdaConfig: { UserMigration: trigger },
      UserPoolTags: { kept: 'yes' },
      VerificationMessageTemplate: { SmsMessage: 'Code {####}' },
    };
    await sdk.updateUserPool(earlier);
    const before = await describePool(UserPoolId);
    expect(before.EmailConfiguration).toEqual({ EmailSendingAccount: 'COGNITO_DEFAULT' });
    await ensurePool(folder, server.url, {});
    const after = await describePool(UserPoolId);
    expect(after).toEqual({
      ...before,
      LambdaConfig: { UserMigration: trigger, CustomMessage: trigger },
      EmailConfiguration: {
        EmailSendingAccount: 'DEVELOPER',
        SourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/example.com',
      },
    });
  });
});
