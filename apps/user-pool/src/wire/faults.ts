import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../random.js';
import { invalidParameter, ServiceError, type ErrorName } from './errors.js';

/** An injected fault. */
export interface Fault {
  /** One operation, or `*` for all of them. */
  operation: string;
  /** The share of affected calls. Default: 1, every call. */
  share?: number;
  /** Delay in milliseconds before the call is handled. */
  latency?: number;
  /** The exception to return: any name of the service model. */
  error?: string;
  message?: string;
  /** Closes the connection instead of a response, `before` or `after` the operation. */
  drop?: 'before' | 'after';
}

export class Faults {
  private faults: Fault[] = [];

  constructor(private readonly random: Random) {}

  list(): Fault[] {
    return this.faults;
  }

  replace(faults: unknown): void {
    if (!Array.isArray(faults) || !faults.every(isFault)) {
      throw invalidParameter(
        'Faults are a list of { operation, share?, latency?, error?, message?, drop? }.',
      );
    }
    this.faults = faults;
  }

  /** Delays the call, throws an exception or returns when to drop the connection. */
  async strike(operation: string): Promise<Fault['drop']> {
    const struck = this.faults.filter(
      (fault) => [operation, '*'].includes(fault.operation) && this.strikes(fault),
    );
    for (const { latency } of struck) if (latency) await wait(latency);
    const failure = struck.find(({ error }) => error !== undefined);
    if (failure) throw new ServiceError(failure.error as ErrorName, failure.message ?? 'A fault on purpose.');
    return struck.find(({ drop }) => drop !== undefined)?.drop;
  }

  private strikes({ share = 1 }: Fault): boolean {
    return share >= 1 || this.random.bytes(4).readUInt32BE() / 2 ** 32 < share;
  }
}

function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null) return false;
  const {
    operation,
    share = 1,
    latency = 0,
    error = 'XException',
    message = '',
    drop = 'after',
  } = value as Fault;
  return (
    typeof operation === 'string' &&
    typeof share === 'number' &&
    typeof latency === 'number' &&
    /^[A-Z]\w*Exception$/.test(error) &&
    typeof message === 'string' &&
    ['before', 'after'].includes(drop)
  );
}
