import { isIP, isIPv4 } from 'node:net';
import { plainAddress } from '../http/plain-address.js';

/** Where a request comes from, as narrowly and as widely as we count. */
export interface Place {
  /** One IPv4 address, or the /64 of an IPv6 one: whoever has one address of a /64 has all of them (RFC 6177). */
  address: string;
  /** The /24 or /56 around it: the least that is routed, or given to a customer. Absent for what is no IP address. */
  subnet: string | undefined;
}

export function placeOf(ip: string): Place {
  const plain = plainAddress(ip);
  // Whatever a proxy says that is no address is one place for all who come that way.
  if (isIP(plain) === 0) return { address: 'unknown', subnet: undefined };
  const ipv4 = isIPv4(plain) ? plain : mappedIpv4(groupsOf(plain));
  if (ipv4 !== undefined) return { address: ipv4, subnet: `${ipv4.split('.').slice(0, 3).join('.')}.0/24` };
  const [a, b, c, d = '0'] = groupsOf(plain);
  const upperByte = d.length > 2 ? d.slice(0, -2) : '0';
  return { address: `${a}:${b}:${c}:${d}::/64`, subnet: `${a}:${b}:${c}:${upperByte}00::/56` };
}

/** The eight groups of an IPv6 address, in hexadecimal without leading zeros. */
function groupsOf(ipv6: string): string[] {
  // The URL standard knows every way of writing one, and has one way of its own (RFC 5952).
  const [head = '', tail = ''] = new URL(`http://[${ipv6}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
}

/** `::ffff:a.b.c.d` is how an IPv4 caller looks to a server that listens on IPv6 (RFC 4291 section 2.5.5.2). */
function mappedIpv4(groups: string[]): string | undefined {
  if (groups.slice(0, 6).join() !== '0,0,0,0,0,ffff') return undefined;
  return groups
    .slice(6)
    .flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
    .join('.');
}
