import {
  CognitoIdentityProviderClient,
  DeleteUserPoolCommand,
  type CreateUserPoolClientRequest,
  type CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import { startUserPool, type UserPoolServer } from '../../src/server.js';
import { createClient, createPool, sdkFor } from '../support.js';

/** Where the contract is checked: the stand-in, or a real pool made for the run and deleted after it. */
export interface Target {
  sdk: CognitoIdentityProviderClient;
  poolId: string;
  clientId: string;
  /** Another client of the pool; answers its id. */
  addClient(
    settings: Partial<CreateUserPoolClientRequest>,
  ): Promise<{ ClientId?: string; ClientSecret?: string }>;
  /** Another pool with a client, deleted at the end too. */
  addPool(settings: Partial<CreateUserPoolRequest>): Promise<Target>;
  issuer(): string;
  close(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

/** `COGNITO_CONTRACT_REGION` names the Region of the real service; credentials come from the SDK's own chain. */
export async function openTarget(
  environment: Environment,
  settings: Partial<CreateUserPoolRequest> = {},
): Promise<Target> {
  const region = environment['COGNITO_CONTRACT_REGION'];
  const endpoint = environment['COGNITO_CONTRACT_ENDPOINT'];
  if (region) {
    const sdk = new CognitoIdentityProviderClient({ region, ...(endpoint && { endpoint }), maxAttempts: 3 });
    return describeTarget(sdk, settings, `https://cognito-idp.${region}.amazonaws.com`);
  }
  const server = await startUserPool();
  return describeTarget(sdkFor(server.url), settings, server);
}

async function describeTarget(
  sdk: CognitoIdentityProviderClient,
  settings: Partial<CreateUserPoolRequest>,
  where: UserPoolServer | string,
): Promise<Target> {
  const made: string[] = [];
  const open = async (given: Partial<CreateUserPoolRequest>): Promise<Target> => {
    const poolId = await createPool(sdk, { PoolName: 'usher-contract', ...given });
    made.push(poolId);
    const clientId = (await createClient(sdk, poolId)).ClientId ?? '';
    return {
      sdk,
      poolId,
      clientId,
      addClient: (client) => createClient(sdk, poolId, client),
      addPool: open,
      issuer: () => `${typeof where === 'string' ? where : where.url}/${poolId}`,
      close: async () => {
        for (const UserPoolId of made) await sdk.send(new DeleteUserPoolCommand({ UserPoolId }));
        if (typeof where !== 'string') await where.close();
      },
    };
  };
  return open(settings);
}
