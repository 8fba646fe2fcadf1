import type { Context } from '../context.js';
import type { Client, Pool } from '../state/records.js';
import { clientNotFound, invalidParameter, poolNotFound } from '../wire/errors.js';

export interface ClientOfPool {
  pool: Pool;
  client: Client;
}

export function requirePool(context: Context, poolId: string): Pool {
  const pool = context.database.pool(poolId);
  if (!pool) throw poolNotFound(poolId);
  return pool;
}

export function requireClient(context: Context, clientId: string): ClientOfPool {
  const client = context.database.client(clientId);
  if (!client) throw clientNotFound(clientId);
  return { client, pool: requirePool(context, client.poolId) };
}

export function requireClientOfPool(context: Context, poolId: string, clientId: string): ClientOfPool {
  const pool = requirePool(context, poolId);
  const client = context.database.client(clientId);
  if (client?.poolId !== pool.id) throw clientNotFound(clientId);
  return { client, pool };
}

/** An empty value counts as missing. */
export function requireParameter(parameters: Record<string, string> | undefined, name: string): string {
  const value = parameters?.[name];
  if (!value) throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}
