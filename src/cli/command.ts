import type { Variables } from './config/variables.js';

/** What of the world a command sees. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** The environment, read when a command asks for it. */
  variables(): Variables;
}

/** 0 is "done", also when there was nothing to do. 3: done, and there is something that an operator should look at. */
export const exitStatus = { failed: 1, usage: 2, attention: 3 } as const;

/** Ends a command with one line for the operator. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly status: number = exitStatus.failed,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}
