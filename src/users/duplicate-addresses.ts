import { canonicalEmail, type DuplicateAddressCount, normaliseEmail, type UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock/clock.js';
import { SingleFlight } from '../common/concurrency/single-flight.js';
import { Database, type Statement } from '../common/database/database.js';
import { emailExpression } from '../common/database/email-expression.js';
import { isLive } from './user-lookup.sql.js';

/** Both statements read the whole table. */
const statementTimeoutMs = 600_000;

/** The result of a count that takes longer is cached for `cacheMs`. */
const slowMs = 250;
const cacheMs = 10 * 60_000;

/** Reads the whole table. */
const count: Statement = {
  name: 'duplicate-addresses-count',
  patienceMs: statementTimeoutMs,
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
  patienceMs: statementTimeoutMs,
  text: `SELECT id, email, cognito_sub AS sub FROM users WHERE (email !~ '^[\\x01-\\x7F]*$' OR email ~* '@.*xn--') AND ${isLive}`,
};

/** Addresses shared by several live rows. A lookup by such an address finds no row (`rowByEmail`). */
@Injectable()
export class DuplicateAddresses {
  private last: { value: DuplicateAddressCount; at: number; tookMs: number } | undefined;
  private readonly flight = new SingleFlight<DuplicateAddressCount>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * If the last count was slow, returns it at once, and counts again in the background when it is older than `cacheMs`.
   * @param timeoutMs how long to wait for a count otherwise
   * @returns `null` on timeout
   */
  async read(timeoutMs: number): Promise<DuplicateAddressCount | null> {
    const { last } = this;
    const isSlow = last !== undefined && last.tookMs > slowMs;
    if (isSlow && this.clock.elapsed() - last.at < cacheMs) return last.value;
    const counting = this.count();
    if (isSlow) {
      counting.catch(() => undefined);
      return last.value;
    }
    return timeoutMs === Infinity
      ? counting
      : Promise.race([counting, this.clock.sleep(timeoutMs).then(() => null)]);
  }

  count(): Promise<DuplicateAddressCount> {
    return this.flight.run(() => this.countNow());
  }

  private async countNow(): Promise<DuplicateAddressCount> {
    const startedAt = this.clock.elapsed();
    const row = await this.database.queryOne<{ exact: number; byCase: number }>(count);
    const shared = await this.findSharedSpellings();
    const respelled = new Set(shared.map(({ email }) => canonicalEmail(email))).size;
    const value = { exact: row?.exact ?? 0, byCase: (row?.byCase ?? 0) + respelled };
    this.last = { value, at: this.clock.elapsed(), tookMs: this.clock.elapsed() - startedAt };
    return value;
  }

  /** @returns live rows that share an address in spellings that differ by more than case */
  async findSharedSpellings(): Promise<AddressedRow[]> {
    const byAddress = new Map<string, AddressedRow[]>();
    for (const row of await this.database.query<AddressedRow & { [column: string]: unknown }>(
      findInternational,
    )) {
      const address = canonicalEmail(row.email);
      byAddress.set(address, [...(byAddress.get(address) ?? []), row]);
    }
    return [...byAddress.values()].filter(differBeyondCase).flat();
  }
}

interface AddressedRow {
  id: UserId;
  email: string;
  sub: string | null;
}

const differBeyondCase = (rows: AddressedRow[]): boolean =>
  new Set(rows.map(({ email }) => normaliseEmail(email))).size > 1;
