import { isCaseSensitive } from './pool-rules.js';
import type { PoolSettings, User } from './records.js';

/** Finds users of one pool by each name that they can sign in with. */
export class UserIndex {
  private readonly byName = new Map<string, string>();
  private readonly all = new Set<string>();

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

  replace(before: User | undefined, after: User | undefined): void {
    for (const name of before ? this.namesOf(before) : []) {
      if (this.byName.get(name) === before?.sub) this.byName.delete(name);
    }
    if (before && !after) this.all.delete(before.sub);
    if (!after) return;
    this.all.add(after.sub);
    for (const name of this.namesOf(after)) this.byName.set(name, after.sub);
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
