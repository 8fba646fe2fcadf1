import { BlockList, isIPv4 } from 'node:net';

/** Not globally routed (IANA IPv4 special-purpose address registry, RFC 6890). */
const notPublicIpv4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Documentation prefixes within 2000::/3, the global unicast range (RFC 4291, 3849, 9637). */
const notPublicIpv6: [string, number][] = [
  ['2001:db8::', 32],
  ['3fff::', 20],
];

const [ipv4, ipv6, global, translated] = [new BlockList(), new BlockList(), new BlockList(), new BlockList()];
for (const [net, bits] of notPublicIpv4) ipv4.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of notPublicIpv6) ipv6.addSubnet(net, bits, 'ipv6');
global.addSubnet('2000::', 3, 'ipv6');
translated.addSubnet('64:ff9b::', 96, 'ipv6');

/** Whether the address is globally routable, so that a CA can reach it. */
export const isPublicAddress = (address: string): boolean =>
  isIPv4(address)
    ? !ipv4.check(address, 'ipv4')
    : global.check(address, 'ipv6') && !ipv6.check(address, 'ipv6');

/** Whether the DNS64 of this network synthesized the address (RFC 6147). CAs do not get it. */
export const isTranslatedAddress = (address: string): boolean =>
  !isIPv4(address) && translated.check(address, 'ipv6');
