import { isCaseSensitive } from './pool-rules.js';
import type { PoolSettings, User } from './records.js';

/** Finds users of one pool by each name that they can sign in with. */
export class UserIndex {
  private readonly byName = new Map<string, string>();
  private readonly all = new Set<string>();
  /** Ascending. Has deleted users until many are deleted. */
  private order: { sequence: number; sub: string }[] = [];

  constructor(private readonly settings: PoolSettings) {}

  find(name: string): string | undefined {
    return this.byName.get(this.normalise(name));
  }

  get size(): number {
    return this.all.size;
  }

  /** In the order in which the users were created. */
  subs(): Iterable<string> {
    return this.all;
  }

  /** From a place in this order, which is found without reading the users before it. */
  *subsAfter(sequence: number): Iterable<string> {
    let [from, to] = [0, this.order.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.order[middle]?.sequence ?? Infinity) <= sequence) from = middle + 1;
      else to = middle;
    }
    for (; from < this.order.length; from += 1) {
      const sub = this.order[from]?.sub ?? '';
      if (this.all.has(sub)) yield sub;
    }
  }

  replace(before: User | undefined, after: User | undefined): void {
    for (const name of before ? this.namesOf(before) : []) {
      if (this.byName.get(name) === before?.sub) this.byName.delete(name);
    }
    if (before && !after) this.remove(before.sub);
    if (!after) return;
    if (!this.all.has(after.sub)) this.insert(after);
    for (const name of this.namesOf(after)) this.byName.set(name, after.sub);
  }

  private insert({ sub, sequence }: User): void {
    this.all.add(sub);
    const isLast = (this.order.at(-1)?.sequence ?? -1) < sequence;
    this.order.push({ sequence, sub });
    if (!isLast) this.order.sort((one, other) => one.sequence - other.sequence);
  }

  private remove(sub: string): void {
    this.all.delete(sub);
    if (this.order.length > 2 * this.all.size)
      this.order = this.order.filter((entry) => this.all.has(entry.sub));
  }

  private namesOf(user: User): string[] {
    return [user.username, user.sub, ...aliasesOf(this.settings, user)].map((name) => this.normalise(name));
  }

  private normalise(name: string): string {
    return isCaseSensitive(this.settings) ? name : name.toLowerCase();
  }
}

/**
 * With `UsernameAttributes` an unverified address identifies its user; as an alias (`AliasAttributes`) it does so
 * only once verified. (Developer guide, Configuring user pool attributes)
 */
export function aliasesOf(settings: PoolSettings, user: Pick<User, 'attributes'>): string[] {
  const always = settings.UsernameAttributes ?? [];
  const verified = settings.AliasAttributes ?? [];
  const counts = (name: string) =>
    always.some((attribute) => attribute === name) ||
    (verified.some((attribute) => attribute === name) &&
      (name === 'preferred_username' || user.attributes[`${name}_verified`] === 'true'));
  return ['email', 'phone_number', 'preferred_username']
    .filter(counts)
    .flatMap((name) => user.attributes[name] ?? []);
}
