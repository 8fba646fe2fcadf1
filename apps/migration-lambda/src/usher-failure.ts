/** Usher gave no answer that can be used. `reason` is for the log and quotes nothing that was sent or received. */
export class UsherFailure extends Error {
  override readonly name = 'UsherFailure';

  constructor(readonly reason: string) {
    super(reason);
  }
}
