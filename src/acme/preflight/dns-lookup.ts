import type { CaaRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { systemErrorCode } from '../../common/errors/system-error-code.js';
import type { PreflightSettings } from './preflight-settings.js';
import { isTranslatedAddress } from './public-address.js';

export interface LookupFailure {
  kind: 'no_such_name' | 'server_failed' | 'timed_out';
  /** The error code of the resolver. */
  detail: string;
}

/** The records of one type, possibly none, or the failure. */
export type Lookup<T> =
  { records: T[]; failure?: undefined } | { records?: undefined; failure: LookupFailure };

/** Queries name servers. Returns failures instead of throwing. */
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

async function lookup<T>(query: () => Promise<T[]>): Promise<Lookup<T>> {
  try {
    return { records: await query() };
  } catch (error) {
    const detail = systemErrorCode(error) ?? String(error);
    return detail === 'ENODATA'
      ? { records: [] }
      : { failure: { kind: kinds[detail] ?? 'server_failed', detail } };
  }
}

/** Error codes of c-ares (nodejs.org/api/dns.html#error-codes). */
const kinds: Record<string, LookupFailure['kind'] | undefined> = {
  ENOTFOUND: 'no_such_name',
  ETIMEOUT: 'timed_out',
};
