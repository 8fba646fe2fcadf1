/** Goes along with an order. */
export interface Progress {
  /** Is told each step before it is taken. @throws what the signal says, instead of letting it be taken */
  step(text: string): Promise<void>;
  /** The end of waiting: the process ends, or another one is at it. */
  signal: AbortSignal;
}
