/** There is no usable response of Usher. `reason` is logged and quotes no sent or received data. */
export class UsherError extends Error {
  override readonly name = 'UsherError';

  constructor(readonly reason: string) {
    super(reason);
  }
}

/** The reason, and the API's code, when the legacy source does not answer. */
export const legacyUnavailable = 'legacy.unavailable';
