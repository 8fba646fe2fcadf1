import type {
  CreateUserPoolRequest,
  CreateUserPoolResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { checkPoolSettings, firstFactors } from '../pools/pool-settings.js';
import { presentPool } from '../pools/presented-pool.js';
import { lettersAndDigits, randomText } from '../random.js';
import type { Pool } from '../state/records.js';
import { operation } from '../wire/operation.js';
import { firstPoolMembers, poolMembers } from '../pools/pool-members.js';

export const createUserPool = operation<CreateUserPoolRequest, CreateUserPoolResponse>(
  {
    ...poolMembers,
    PoolName: 'text!',
    ...firstPoolMembers,
  },
  async (context, settings) => {
    checkPoolSettings(settings);
    const id = context.wantedId ?? `${context.region}_${randomText(context.random, 9, lettersAndDigits)}`;
    // The keys are created first, so that every stored pool has keys.
    await context.keys.create(id);
    const now = context.clock.now();
    const pool: Pool = { id, createdAt: now, modifiedAt: now, settings, factors: firstFactors(settings) };
    context.database.savePool(pool);
    return { UserPool: presentPool(context, pool) };
  },
);
