import { randomInt } from 'node:crypto';
import type { LegacySource, LegacyUser, Page } from '../../legacy/legacy-source.js';
import { addressOf } from './judge-row.js';

/** Rows per page: few enough to leave the young generation of the heap before they are promoted. */
const pageSize = 1000;

export type Scannable = Pick<LegacySource, 'describe' | 'scan' | 'stream'>;

/** All pages of a source, in the fastest way that it has. */
export const readAll = (source: Scannable): AsyncIterable<Page> => source.stream?.() ?? pagesOf(source);

/** Reads the next page while the caller works on one. */
async function* pagesOf(source: Scannable): AsyncIterable<Page> {
  let pending: Promise<Page> | undefined = source.scan(undefined, pageSize);
  while (pending) {
    const page: Page = await pending;
    pending = page.next === undefined ? undefined : source.scan(page.next, pageSize);
    // Awaited above, unless the caller stops.
    pending?.catch(() => undefined);
    yield page;
  }
}

/** Digests of 53 bits, keyed by a random seed so that no row can be made to collide with another. */
export class AddressDigests {
  private readonly seed = randomInt(2 ** 32);
  private digests = new Float64Array(1 << 16);
  private count = 0;
  private readonly pages: { after: string | undefined; rows: number; start: number }[] = [];

  startPage(after: string | undefined, rows: number): void {
    this.pages.push({ after, rows, start: this.count });
  }

  add(address: string): void {
    if (this.count === this.digests.length) {
      const larger = new Float64Array(2 * this.count);
      larger.set(this.digests);
      this.digests = larger;
    }
    this.digests[this.count] = digest53(address, this.seed);
    this.count += 1;
  }

  /** @returns a test for addresses that probably occur twice, and the pages that contain them */
  repeated(): { has: (address: string) => boolean; pages: { after: string | undefined; rows: number }[] } {
    const all = this.digests.subarray(0, this.count);
    const sorted = all.slice().sort();
    const repeated = new Set<number>();
    for (let at = 1; at < sorted.length; at += 1) {
      const digest = sorted[at];
      if (digest !== undefined && digest === sorted[at - 1]) repeated.add(digest);
    }
    const pages = this.pages.filter(({ start }, index) => {
      const end = this.pages[index + 1]?.start ?? this.count;
      return repeated.size > 0 && all.subarray(start, end).some((digest) => repeated.has(digest));
    });
    return { has: (address) => repeated.has(digest53(address, this.seed)), pages };
  }
}

/** cyrb53 (public domain): two multiplicative hashes of 32 bits, of which 53 bits fit a number. */
function digest53(text: string, seed: number): number {
  let one = 0xdeadbeef ^ seed;
  let other = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 2654435761);
    other = Math.imul(other ^ unit, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 4294967296 * (2097151 & other) + (one >>> 0);
}

/** Reads the pages with repeated digests again, and compares the addresses themselves. @returns the users who share an address */
export async function findDuplicates(source: Scannable, addresses: AddressDigests): Promise<LegacyUser[]> {
  const repeated = addresses.repeated();
  const candidates: { user: LegacyUser; address: string }[] = [];
  const counts = new Map<string, number>();
  for (const { after, rows } of repeated.pages)
    for (const user of (await source.scan(after, rows)).users) {
      const address = addressOf(user);
      if (address === undefined || user.blocked || !repeated.has(address)) continue;
      counts.set(address, (counts.get(address) ?? 0) + 1);
      candidates.push({ user, address });
    }
  return candidates.filter(({ address }) => (counts.get(address) ?? 0) > 1).map(({ user }) => user);
}

/** Reads all rows once. @returns the addresses that several live rows share */
export async function findSharedAddresses(
  source: Scannable,
  onProgress: (rows: number) => void,
): Promise<Set<string>> {
  const addresses = new AddressDigests();
  let [after, rows]: [string | undefined, number] = [undefined, 0];
  for await (const { users, next } of readAll(source)) {
    addresses.startPage(after, users.length);
    after = next;
    for (const user of users) {
      const address = user.blocked ? undefined : addressOf(user);
      if (address !== undefined) addresses.add(address);
    }
    onProgress((rows += users.length));
  }
  const shared = await findDuplicates(source, addresses);
  return new Set(shared.flatMap((user) => addressOf(user) ?? []));
}
