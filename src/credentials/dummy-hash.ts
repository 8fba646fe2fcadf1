import { canonicalEmail } from '#contracts';
import { Inject, Injectable } from '@nestjs/common';
import { costOfCheck, decoyDigits, decoyLike } from '#password-hashes';
import { Clock } from '../common/clock/clock.js';
import { type LegacyHashesConfig, legacyHashesConfig } from '../common/config/migration.config.js';
import { KeyRing } from '../common/crypto/key-ring.js';
import { Database, type Statement } from '../common/database/database.js';

/** bcrypt with Devise's default cost since 4.0, for a table without a known hash. */
const defaultHash = `$2a$12$${'.'.repeat(53)}`;

const samplingIntervalMs = 10 * 60 * 1000;

/** The newest rows, because their index scan is cheap. */
const findNewestHashes: Statement = {
  name: 'hash-samples-newest',
  text: `
    SELECT encrypted_password AS "stored"
    FROM (SELECT encrypted_password FROM users ORDER BY id DESC LIMIT 500) AS newest
    WHERE encrypted_password <> ''`,
};

/** Hashes that match no password, with the scheme and cost of most rows. For addresses without a hash, against timing attacks. */
@Injectable()
export class DummyHash {
  private usual = defaultHash;
  private sampledAt = 0;
  private sample = async (): Promise<string[]> =>
    (await this.database.query<{ stored: string }>(findNewestHashes)).map(({ stored }) => stored);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(legacyHashesConfig.KEY) private readonly config: LegacyHashesConfig,
    private readonly keys: KeyRing,
  ) {}

  /** @param sample reads some hashes of legacy users that are not in the table */
  sampleFrom(sample: () => Promise<string[]>): void {
    this.sample = sample;
  }

  /** @returns the same hash for all spellings of an address, so that repeated checks of a password share their result */
  async forAccount(email: string): Promise<string> {
    const now = this.clock.now().getTime();
    if (now - this.sampledAt > samplingIntervalMs) {
      const common = await this.findMostCommon();
      if (common !== undefined) this.usual = decoyLike(common);
      this.sampledAt = now;
    }
    return decoyLike(this.usual, this.digitsFor(email));
  }

  private digitsFor(email: string): string {
    const number = this.keys.digest('decoy-hashes', canonicalEmail(email)).readBigUInt64BE();
    return String(number).padStart(decoyDigits, '0').slice(-decoyDigits);
  }

  /** @returns a sample of the most common scheme and cost */
  private async findMostCommon(): Promise<string | undefined> {
    const byCost = new Map<string, string[]>();
    for (const stored of await this.sample()) {
      const cost = costOfCheck(stored, this.config.unmarkedScheme);
      if (cost !== undefined) byCost.set(cost, [...(byCost.get(cost) ?? []), stored]);
    }
    return [...byCost.values()].sort((a, b) => b.length - a.length)[0]?.[0];
  }
}
