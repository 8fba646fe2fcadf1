import type { CaaRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { detailOf } from './detail-of.js';
import type { PreflightSettings } from './settings.js';
import { isTranslatedAddress } from './public-address.js';

export interface LookupFailure {
  kind: 'no_such_name' | 'server_failed' | 'timed_out';
  /** What the resolver calls it. */
  detail: string;
}

/** The records of a name, none when it has none of this type, or why nobody can say. */
export type Lookup<T> =
  { records: T[]; failure?: undefined } | { records?: undefined; failure: LookupFailure };

/** Asks name servers; answers with what went wrong instead of throwing it. */
export class DnsLookup {
  private readonly resolver: Resolver;

  constructor({ nameServers, dnsTimeoutMs }: PreflightSettings) {
    this.resolver = new Resolver({ timeout: dnsTimeoutMs, tries: 2 });
    if (nameServers) this.resolver.setServers(nameServers);
  }

  ipv4(name: string): Promise<Lookup<string>> {
    return lookup(() => this.resolver.resolve4(name));
  }

  ipv6(name: string): Promise<Lookup<string>> {
    return lookup(async () => {
      const addresses = await this.resolver.resolve6(name);
      return addresses.filter((address) => !isTranslatedAddress(address));
    });
  }

  caa(name: string): Promise<Lookup<CaaRecord>> {
    return lookup(() => this.resolver.resolveCaa(name));
  }
}

async function lookup<T>(ask: () => Promise<T[]>): Promise<Lookup<T>> {
  try {
    return { records: await ask() };
  } catch (error) {
    const detail = detailOf(error);
    return detail === 'ENODATA'
      ? { records: [] }
      : { failure: { kind: kinds[detail] ?? 'server_failed', detail } };
  }
}

/** The codes of c-ares, which Node passes on (nodejs.org/api/dns.html#error-codes). */
const kinds: Record<string, LookupFailure['kind'] | undefined> = {
  ENOTFOUND: 'no_such_name',
  ETIMEOUT: 'timed_out',
};
