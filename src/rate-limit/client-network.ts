import { isIP, isIPv4 } from 'node:net';
import { stripPort } from '../common/http/addresses.js';

export interface ClientNetwork {
  /** An IPv4 address, or the /64 of an IPv6 address: one client can use all addresses of a /64 (RFC 6177). */
  address: string;
  /** The /24 or /56: the smallest routed prefix, or the usual one of a customer. Absent without an IP address. */
  subnet: string | undefined;
}

/** @param ip the address, also with a port; anything else counts as one network `unknown` */
export function toClientNetwork(ip: string): ClientNetwork {
  const plain = stripPort(ip);
  if (isIP(plain) === 0) return { address: 'unknown', subnet: undefined };
  const ipv4 = isIPv4(plain) ? plain : mappedIpv4(toGroups(plain));
  if (ipv4 !== undefined) return { address: ipv4, subnet: `${ipv4.split('.').slice(0, 3).join('.')}.0/24` };
  const [a, b, c, d = '0'] = toGroups(plain);
  const upperByte = d.length > 2 ? d.slice(0, -2) : '0';
  return { address: `${a}:${b}:${c}:${d}::/64`, subnet: `${a}:${b}:${c}:${upperByte}00::/56` };
}

/** The eight groups of an IPv6 address, in hexadecimal without leading zeros. */
function toGroups(ipv6: string): string[] {
  // URL normalizes every notation (RFC 5952).
  const [head = '', tail = ''] = new URL(`http://[${ipv6}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
}

/** `::ffff:a.b.c.d`: an IPv4 client of a server that listens on IPv6 (RFC 4291 section 2.5.5.2). */
function mappedIpv4(groups: string[]): string | undefined {
  if (groups.slice(0, 6).join() !== '0,0,0,0,0,ffff') return undefined;
  return groups
    .slice(6)
    .flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
    .join('.');
}
