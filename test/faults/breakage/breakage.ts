import type { Expectations } from '../caller.js';
import type { World } from '../world/world.js';

/** One thing that breaks. */
export interface Breakage {
  name: string;
  /** What the traffic may see only now. */
  expectations?: Partial<Expectations>;
  /** Whether callers must have seen trouble; otherwise it would not have been there. */
  isFelt: boolean;
  /** Why it cannot be tried here, when it cannot. */
  skipped?: (world: World) => string | undefined;
  begin: (world: World) => Promise<void>;
  end: (world: World) => Promise<void>;
}
