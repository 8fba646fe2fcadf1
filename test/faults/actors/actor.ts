import type { Caller } from '../caller.js';
import type { Crowd } from '../crowd.js';
import type { Random } from '../random.js';
import type { Post } from '../world/post.js';

export interface Stage {
  caller: Caller;
  crowd: Crowd;
  post: Post;
  random: Random;
}

/** One kind of traffic. */
export interface Actor {
  kind: string;
  /** How often, compared with the others. */
  weight: number;
  /** From beginning to end; false when there was nobody to do it. @throws Wronged */
  perform: (stage: Stage) => Promise<boolean>;
}
