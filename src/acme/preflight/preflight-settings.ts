export interface PreflightSettings {
  /** The domain of the CA in CAA records. */
  ca: string;
  /** In the format of `Resolver.setServers`; default: the resolvers of this machine. */
  nameServers?: string[];
  /** Per attempt of a DNS query; there are two attempts. */
  dnsTimeoutMs: number;
  /** Per address, redirects included. */
  httpTimeoutMs: number;
  httpPort: number;
  httpsPort: number;
  /** For tests only: CAs cannot reach private addresses. */
  allowPrivateAddresses: boolean;
}

/** Boulder, Let's Encrypt's server, allows 10 s per address, and redirects to the ports 80 and 443 only. */
export const defaultSettings: PreflightSettings = {
  ca: 'letsencrypt.org',
  dnsTimeoutMs: 4000,
  httpTimeoutMs: 10_000,
  httpPort: 80,
  httpsPort: 443,
  allowPrivateAddresses: false,
};
