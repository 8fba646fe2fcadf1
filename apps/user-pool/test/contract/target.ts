import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import {
  CognitoIdentityProvider,
  type CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { startUserPool, type UserPoolServer } from '../../src/server.js';
import { signingKeys } from '../signing-keys.js';
import { createPool, logsFor, PoolClient, sdkFor, stoppedClock } from '../support.js';

/** The target of the contract suite: the local pool, or a pool at Cognito that is created and deleted by the run. */
export interface Target extends PoolClient {
  /** Creates another pool with a client, which is also deleted at the end. */
  addPool(settings: Partial<CreateUserPoolRequest>): Promise<Target>;
  issuer(): string;
  /** CloudWatch Logs, with the logs of the import jobs. */
  logs: CloudWatchLogs;
  /** Error names that are accepted if the documentation is unclear; the local pool always returns the first one. */
  either(...names: [string, ...string[]]): string[];
  /** The time of the pool; for a real pool the time of this machine. */
  now(): number;
  /** Advances the clock of the local pool, or waits if the pool is real. */
  pass(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

/**
 * `COGNITO_CONTRACT_REGION` names the Region of the real service, `COGNITO_CONTRACT_ENDPOINT` another address of it;
 * credentials come from the SDK's own chain.
 */
async function openTarget(
  environment: Environment,
  settings: Partial<CreateUserPoolRequest> = {},
): Promise<Target> {
  const region = environment['COGNITO_CONTRACT_REGION'];
  const endpoint = environment['COGNITO_CONTRACT_ENDPOINT'];
  if (region) {
    const sdk = new CognitoIdentityProvider({ region, ...(endpoint && { endpoint }), maxAttempts: 3 });
    const logs = new CloudWatchLogs({ region, ...(endpoint && { endpoint }) });
    return describeTarget({ sdk, logs }, settings, endpoint ?? `https://cognito-idp.${region}.amazonaws.com`);
  }
  const server = await startUserPool({ clock: stoppedClock(), signingKeys: signingKeys() });
  return describeTarget({ sdk: sdkFor(server.url), logs: logsFor(server.url) }, settings, server);
}

/** The target for all tests of a file. It is opened before them and closed after them. */
export function useTarget(environment: Environment): Target {
  const opened = Object.create(PoolClient.prototype) as Target;
  beforeAll(async () => {
    Object.assign(opened, await openTarget(environment));
  });
  afterAll(() => opened.close());
  return opened;
}

async function describeTarget(
  { sdk, logs }: { sdk: CognitoIdentityProvider; logs: CloudWatchLogs },
  settings: Partial<CreateUserPoolRequest>,
  where: UserPoolServer | string,
): Promise<Target> {
  const made: string[] = [];
  const open = async (given: Partial<CreateUserPoolRequest>): Promise<Target> => {
    const poolId = await createPool(sdk, { PoolName: 'usher-contract', ...given });
    made.push(poolId);
    const pool = await new PoolClient(sdk, poolId).withClient();
    return Object.assign(pool, {
      logs,
      addPool: open,
      issuer: () => `${typeof where === 'string' ? where : where.url}/${poolId}`,
      either: (...names: [string, ...string[]]) => (typeof where === 'string' ? names : names.slice(0, 1)),
      now: () => (typeof where === 'string' ? Date.now() : where.clock.now()),
      pass: async (milliseconds: number) => {
        if (typeof where === 'string') await wait(milliseconds);
        else where.clock.advanceBy(milliseconds);
      },
      close: async () => {
        for (const UserPoolId of made) await sdk.deleteUserPool({ UserPoolId });
        if (typeof where !== 'string') await where.close();
      },
    });
  };
  return open(settings);
}
