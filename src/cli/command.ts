import type { Variables } from '../common/config/config-namespace.js';

/** Streams and environment of a command. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Reads the environment. */
  variables(): Variables;
  /** Sets variables that are not set from a local stack. Returns a line for the operator. */
  useLocalStack?(): Promise<string | undefined>;
  /** Asks on the terminal, else reads a line of standard input. `undefined`: there is none. */
  password?(prompt: string): Promise<string | undefined>;
}

/** 0: done, also if there was nothing to do. 3: done, and the operator has to act. */
export const exitStatus = { failed: 1, usage: 2, attention: 3 } as const;

/** Ends a command with a message for the operator. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly status: number = exitStatus.failed,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/** @returns the number with the noun in singular or plural: `1 user`, `2 users` */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${count} ${count === 1 ? singular : plural}`;
