import { canonicalEmail, type DuplicateAddressCount, normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { Database, type Statement } from '../platform/database/database.js';
import { emailExpression } from '../platform/database/email-expression.js';
import { isLive } from './user-lookup.sql.js';

/** Both read the whole table. */
const patienceMs = 600_000;

/** Milliseconds. A count that takes longer is not repeated at every question. */
const quick = 250;
const keptMs = 10 * 60_000;

const count: Statement = {
  name: 'duplicate-addresses-count',
  patienceMs,
  text: `
    SELECT count(*) FILTER (WHERE rows > spellings) AS exact, count(*) FILTER (WHERE spellings > 1) AS "byCase"
    FROM (
      SELECT count(*) AS rows, count(DISTINCT email) AS spellings FROM users
      WHERE ${emailExpression('email')} <> '' AND ${isLive}
      GROUP BY ${emailExpression('email')} HAVING count(*) > 1
    ) AS shared`,
};

/** PostgreSQL cannot compare an A-label with its U-label. */
const findInternational: Statement = {
  name: 'duplicate-addresses-international',
  patienceMs,
  text: `SELECT id, email, cognito_sub AS sub FROM users WHERE (email !~ '^[\\x01-\\x7F]*$' OR email ~* '@.*xn--') AND ${isLive}`,
};

/** Addresses that several live rows have. No row is found by them (`rowByEmail`). */
@Injectable()
export class DuplicateAddresses {
  private last: { value: DuplicateAddressCount; at: number; tookMs: number } | undefined;
  private counting: Promise<DuplicateAddressCount> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * As they are now; on a large table, where counting takes a while, as they were some minutes ago.
   * @param patience milliseconds to wait for the first count
   * @returns `null` when they were not counted in time
   */
  async read(patience: number): Promise<DuplicateAddressCount | null> {
    const { last } = this;
    const isSlow = last !== undefined && last.tookMs > quick;
    if (isSlow && this.clock.elapsed() - last.at < keptMs) return last.value;
    const counting = this.count();
    if (isSlow) {
      counting.catch(() => undefined);
      return last.value;
    }
    return patience === Infinity
      ? counting
      : Promise.race([counting, this.clock.sleep(patience).then(() => null)]);
  }

  /** One count at a time, whoever asks. */
  count(): Promise<DuplicateAddressCount> {
    this.counting ??= this.countNow().finally(() => (this.counting = undefined));
    return this.counting;
  }

  private async countNow(): Promise<DuplicateAddressCount> {
    const begun = this.clock.elapsed();
    const row = await this.database.queryOne<{ exact: number; byCase: number }>(count);
    const shared = await this.findSharedSpellings();
    const spelled = new Set(shared.map(({ email }) => canonicalEmail(email))).size;
    const value = { exact: row?.exact ?? 0, byCase: (row?.byCase ?? 0) + spelled };
    this.last = { value, at: this.clock.elapsed(), tookMs: this.clock.elapsed() - begun };
    return value;
  }

  /** The rows of addresses that have several spellings which differ by more than case. */
  async findSharedSpellings(): Promise<AddressedRow[]> {
    const bySpelling = new Map<string, AddressedRow[]>();
    for (const row of await this.database.query<AddressedRow & { [column: string]: unknown }>(
      findInternational,
    )) {
      const first = canonicalEmail(row.email);
      bySpelling.set(first, [...(bySpelling.get(first) ?? []), row]);
    }
    return [...bySpelling.values()].filter(differ).flat();
  }
}

interface AddressedRow {
  id: number;
  email: string;
  sub: string | null;
}

const differ = (rows: AddressedRow[]): boolean =>
  new Set(rows.map(({ email }) => normaliseEmail(email))).size > 1;
