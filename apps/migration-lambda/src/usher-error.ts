/** There is no usable response of Usher. `reason` is logged and quotes no sent or received data. */
export class UsherError extends Error {
  override readonly name = 'UsherError';

  constructor(readonly reason: string) {
    super(reason);
  }
}
