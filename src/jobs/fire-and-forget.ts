/** Background work that is awaited only at shutdown. */
export class FireAndForget {
  private readonly underWay = new Set<Promise<void>>();

  /** @param failed called when the work throws */
  begin(work: () => Promise<void>, failed: (error: unknown) => void): void {
    const done = work()
      .catch(failed)
      .finally(() => this.underWay.delete(done));
    this.underWay.add(done);
  }

  /** Resolves when all work is done. Call it before the database connections close. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
