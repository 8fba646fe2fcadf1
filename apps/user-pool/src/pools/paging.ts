import type { Context } from '../context.js';
import type { Pool } from '../state/records.js';
import { seal, unseal } from '../tokens/seal.js';
import { invalidParameter } from '../wire/errors.js';

/** A page token contains the last record of the page, so that deletions neither repeat nor skip records. */
export const sealPage = (context: Context, pool: Pool, after: number): string =>
  seal(context.keys.of(pool.id).sealing, 'page', { after });

export function openPage(context: Context, pool: Pool, token: string | undefined): number {
  if (token === undefined) return 0;
  const page = unseal(context.keys.of(pool.id).sealing, 'page', token) as { after: number } | undefined;
  if (!page) throw invalidParameter('Invalid pagination token.');
  return page.after;
}

/** Pages of short lists; the token is a position. */
export function readNumberedPage<T>(all: T[], size: number | undefined, token: string | undefined) {
  const count = size || 60;
  if (count < 0 || count > 60) throw invalidParameter('A page has 1 to 60 entries.');
  if (token !== undefined && !/^\d{1,9}$/.test(token)) throw invalidParameter('Invalid pagination token.');
  const start = Number(token ?? 0);
  const end = start + count;
  return { shown: all.slice(start, end), next: end < all.length ? { NextToken: String(end) } : {} };
}
