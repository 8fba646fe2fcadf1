import type { Account } from './account.js';
import type { Clock } from './clock.js';
import type { Deliveries } from './delivery/deliveries.js';
import type { ImportFiles } from './imports/import-files.js';
import type { ImportRunner } from './imports/import-runner.js';
import type { HourlyLimits } from './passwords/hourly-limits.js';
import type { KeyedMutex } from './passwords/mutex.js';
import type { Random } from './random.js';
import type { Database } from './state/database.js';
import type { KeyRing } from './tokens/key-ring.js';
import type { LambdaInvoker } from './triggers/lambda-invoker.js';
import type { Faults } from './wire/faults.js';

/** The dependencies of operations. `server.ts` creates it once. */
export interface Services {
  /** The public URL of this server; the issuer of its tokens starts with it. */
  url: string;
  clock: Clock;
  random: Random;
  database: Database;
  keys: KeyRing;
  deliveries: Deliveries;
  limits: HourlyLimits;
  passwordMutex: KeyedMutex;
  lambda: LambdaInvoker;
  faults: Faults;
  account: Account;
  importFiles: ImportFiles;
  importRunner: ImportRunner;
}

export interface Context extends Services {
  /** The Region in the caller's signature, to which a new pool belongs. */
  region: string;
  requestId: string;
  userAgent: string;
  /** The id of a new pool or client. Only a file of pools can set it. */
  wantedId?: string | undefined;
}
