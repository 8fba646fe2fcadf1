/** What the CA is to be asked for: the caller has published it (RFC 8555 section 8.3). */
export interface Probe {
  token: string;
  keyAuthorization: string;
}

export interface PreflightSettings {
  /** How the CA calls itself in CAA records. */
  ca: string;
  /** Which name servers are asked, as `Resolver.setServers` takes them; the machine's own when undefined. */
  nameServers?: string[];
  /** Milliseconds for one try of one DNS question; there are two tries. */
  dnsTimeoutMs: number;
  /** Milliseconds for one address, redirects included. */
  httpTimeoutMs: number;
  httpPort: number;
  httpsPort: number;
  /** Asks private addresses too. Only for tests: no CA can. */
  allowPrivateAddresses: boolean;
}

/** Boulder, Let's Encrypt's server, gives each address ten seconds, and redirects may lead to 80 and 443 only. */
export const usualSettings: PreflightSettings = {
  ca: 'letsencrypt.org',
  dnsTimeoutMs: 4000,
  httpTimeoutMs: 10_000,
  httpPort: 80,
  httpsPort: 443,
  allowPrivateAddresses: false,
};
