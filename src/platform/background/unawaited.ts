/** Work that nobody waits for, until the process ends. */
export class Unawaited {
  private readonly underWay = new Set<Promise<void>>();

  /** @param failed is told when the work throws */
  begin(work: () => Promise<void>, failed: (error: unknown) => void): void {
    const done = work()
      .catch(failed)
      .finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }

  /** Resolves when all that was begun is over. Connections to the database close after this. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
