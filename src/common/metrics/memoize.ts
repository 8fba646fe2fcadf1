import { performance } from 'node:perf_hooks';
import type { Log } from '../logging/log.js';

/** Milliseconds. A longer read would make the whole scrape time out. */
const timeoutMs = 3000;

/** Undefined after a failed read, also for the rest of the period. Never throws. */
export type Memoized<Value> = () => Promise<Value | undefined>;

/**
 * Reads on demand, at most once in `ttlMs`, for all callers.
 * @param what name of the value in the log
 */
export function memoize<Value>(
  read: () => Promise<Value>,
  ttlMs: number,
  log: Log,
  what: string,
): Memoized<Value> {
  let value: Promise<Value | undefined> | undefined;
  let readAt = 0;
  return () => {
    if (value === undefined || performance.now() - readAt > ttlMs) {
      readAt = performance.now();
      value = withTimeout(read).catch((error: unknown) => {
        log.warn('failed to read a metric', { what, error });
        return undefined;
      });
    }
    return value;
  };
}

async function withTimeout<Value>(read: () => Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timeout after ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([read(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
