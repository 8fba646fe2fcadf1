import {
  CognitoIdentityProviderClient,
  DeleteUserPoolCommand,
  type CreateUserPoolClientRequest,
  type CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import { setTimeout as wait } from 'node:timers/promises';
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
  /** Names accepted where the real answer is not known for sure: the stand-in always gives the first one. */
  either(...names: [string, ...string[]]): string[];
  /** The pool's time; that of a real one is taken to be the machine's. */
  now(): number;
  /** Moves the stand-in's clock. With a real pool there is nothing but to wait. */
  pass(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

/**
 * `COGNITO_CONTRACT_REGION` names the Region of the real service, `COGNITO_CONTRACT_ENDPOINT` another address of it;
 * credentials come from the SDK's own chain.
 */
export async function openTarget(
  environment: Environment,
  settings: Partial<CreateUserPoolRequest> = {},
): Promise<Target> {
  const region = environment['COGNITO_CONTRACT_REGION'];
  const endpoint = environment['COGNITO_CONTRACT_ENDPOINT'];
  if (region) {
    const sdk = new CognitoIdentityProviderClient({ region, ...(endpoint && { endpoint }), maxAttempts: 3 });
    return describeTarget(sdk, settings, endpoint ?? `https://cognito-idp.${region}.amazonaws.com`);
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
      either: (...names) => (typeof where === 'string' ? names : names.slice(0, 1)),
      now: () => (typeof where === 'string' ? Date.now() : where.clock.now()),
      pass: async (milliseconds) => {
        if (typeof where === 'string') await wait(milliseconds);
        else where.clock.advanceBy(milliseconds);
      },
      close: async () => {
        for (const UserPoolId of made) await sdk.send(new DeleteUserPoolCommand({ UserPoolId }));
        if (typeof where !== 'string') await where.close();
      },
    };
  };
  return open(settings);
}
