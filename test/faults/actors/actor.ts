import type { Caller } from '../caller.js';
import type { Load } from '../load.js';
import type { Random } from '../random.js';
import type { Mailbox } from '../world/mailbox.js';

export interface Stage {
  caller: Caller;
  load: Load;
  mailbox: Mailbox;
  random: Random;
}

/** One kind of traffic. */
export interface Actor {
  kind: string;
  /** Relative frequency. */
  weight: number;
  /** Runs the whole interaction; false if no suitable person was free. @throws Violation */
  perform: (stage: Stage) => Promise<boolean>;
}
