import { BlockList, isIPv6 } from 'node:net';
import type { Check } from '../check.js';

const seen = `SELECT host(network) AS address, network::text AS network FROM usher.untrusted_proxies WHERE seen_at > now() - interval '1 day'`;

/** Networks that `UntrustedProxies` has recorded, without those that are trusted since. */
export const trustedProxies: Check = {
  id: 'edge.trusted_proxies',
  area: 'edge',
  atStart: true,
  async find(facts) {
    const { trustedProxies: trusted } = facts.settings('http');
    const trustedNetworks = blockList(trusted);
    const found = (await facts.query<{ address: string; network: string }>(seen)).filter(
      ({ address }) => !trustedNetworks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
    );
    if (found.length === 0) return undefined;
    const networks = found.map(({ network }) => network);
    return {
      severity: 'warning',
      title: `Most requests come with X-Forwarded-For from ${networks.join(', ')}, which TRUSTED_PROXIES does not hold.`,
      effect:
        'Usher takes the proxy for the client: all users share the rate limits of one address, and one attacker locks them out. Logs and the audit log have the wrong address.',
      remedy: `TRUSTED_PROXIES=${[...trusted, ...networks].join(',')} # only if your proxy is in this network: whoever is trusted can claim any address`,
      changeable: true,
    };
  },
};

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
