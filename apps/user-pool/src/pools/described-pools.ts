import type { Context, Services } from '../context.js';
import { signedOperations } from '../operations/index.js';
import type { PoolDescription, UserDescription } from './pool-description.js';

/** Creates each missing pool with the public operations. */
export async function createDescribedPools(services: Services, pools: PoolDescription[]): Promise<void> {
  for (const pool of pools) {
    const done = `described/${pool.Id}`;
    if (services.database.isMarked(done)) continue;
    // Recreates pools that an earlier attempt created only partly.
    const unfinished = services.database.pool(pool.Id);
    if (unfinished) services.database.removePool(unfinished);
    await createDescribedPool(services, pool);
    services.database.mark(done, Number.MAX_SAFE_INTEGER);
  }
}

async function createDescribedPool(services: Services, description: PoolDescription): Promise<void> {
  const { Id, Mfa, Clients = [], Groups = [], Users = [], ...settings } = description;
  const call = caller(services);
  const inPool = (operation: string, request: object) => call(operation, { UserPoolId: Id, ...request });
  await call('CreateUserPool', { PoolName: Id, ...settings }, Id);
  if (Mfa) await inPool('SetUserPoolMfaConfig', Mfa);
  for (const { ClientId, ...client } of Clients) {
    const request = { UserPoolId: Id, ClientName: ClientId, ...client };
    await call('CreateUserPoolClient', request, ClientId);
  }
  for (const group of Groups) await inPool('CreateGroup', group);
  for (const user of Users) await createDescribedUser(inPool, user);
}

async function createDescribedUser(
  call: (operation: string, request: object) => Promise<unknown>,
  { Username, Password, Attributes = {}, Groups = [] }: UserDescription,
): Promise<void> {
  const UserAttributes = Object.entries(Attributes).map(([Name, Value]) => ({ Name, Value }));
  await call('AdminCreateUser', { Username, UserAttributes, MessageAction: 'SUPPRESS' });
  if (Password !== undefined) await call('AdminSetUserPassword', { Username, Password, Permanent: true });
  for (const GroupName of Groups) await call('AdminAddUserToGroup', { Username, GroupName });
}

function caller(services: Services) {
  return async (operation: string, request: object, wantedId?: string): Promise<unknown> => {
    const context: Context = { ...services, region: '', requestId: operation, userAgent: '', wantedId };
    return signedOperations.get(operation)?.(context, request);
  };
}
