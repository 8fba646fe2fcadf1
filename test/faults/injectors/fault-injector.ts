import type { Expectations } from '../caller.js';
import type { World } from '../world/world.js';

/** One kind of fault. */
export interface FaultInjector {
  name: string;
  /** Deviations that the traffic accepts during this fault only. */
  expectations?: Partial<Expectations>;
  /** True if callers must see errors; without errors the fault was not effective. */
  isVisible: boolean;
  /** The reason if this machine cannot inject the fault. */
  skipped?: (world: World) => string | undefined;
  begin: (world: World) => Promise<void>;
  end: (world: World) => Promise<void>;
}
