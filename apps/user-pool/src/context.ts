import type { Clock } from './clock.js';
import type { Deliveries } from './delivery/deliveries.js';
import type { HourlyLimits } from './passwords/hourly-limits.js';
import type { Turns } from './passwords/turns.js';
import type { Random } from './random.js';
import type { Database } from './state/database.js';
import type { KeyRing } from './tokens/key-ring.js';
import type { LambdaInvoker } from './triggers/lambda-invoker.js';
import type { Faults } from './wire/faults.js';

/** Everything an operation may use. `server.ts` puts it together, once. */
export interface Services {
  /** Where this server is reached; the issuer of its tokens starts with it. */
  url: string;
  clock: Clock;
  random: Random;
  database: Database;
  keys: KeyRing;
  deliveries: Deliveries;
  limits: HourlyLimits;
  turns: Turns;
  lambda: LambdaInvoker;
  faults: Faults;
}

export interface Context extends Services {
  /** The Region the caller signed for; a new pool belongs to it. */
  region: string;
  requestId: string;
  userAgent: string;
  /** A pool or client that is made gets this id. Only a description of pools can ask for one. */
  wantedId?: string | undefined;
}
