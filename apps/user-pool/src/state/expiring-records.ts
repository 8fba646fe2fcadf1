interface Expiring {
  expiresAt: number;
}

/** Records that expire. Expired ones are deleted when the number has doubled since the last clean-up. */
export class ExpiringRecords<T extends Expiring> extends Map<string, T> {
  private sweepAt = 1024;

  constructor(private readonly now: () => number) {
    super();
  }

  override get(key: string): T | undefined {
    const record = super.get(key);
    return record !== undefined && record.expiresAt > this.now() ? record : undefined;
  }

  override set(key: string, record: T): this {
    super.set(key, record);
    if (this.size > this.sweepAt) this.sweep();
    return this;
  }

  private sweep(): void {
    const now = this.now();
    for (const [key, { expiresAt }] of this) if (expiresAt <= now) this.delete(key);
    this.sweepAt = Math.max(1024, 2 * this.size);
  }
}
