import { isIP } from 'node:net';

/** An IP address without a port (`203.0.113.7:51234`, `[2001:db8::1]:443`) or an IPv6 zone (RFC 4007 section 11). */
export function stripPort(text: string): string {
  const inBrackets = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const withoutPort = inBrackets ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return withoutPort.replace(/%.*$/, '');
}

/** A value for PostgreSQL's `inet`, with IPv4-mapped addresses as IPv4 (RFC 4291 section 2.5.5.2); `null` if it is no address. */
export function storableAddress(address: string | undefined): string | null {
  const plain = stripPort(address ?? '').replace(/^::ffff:(?=[\d.]+$)/i, '');
  return isIP(plain) === 0 ? null : plain;
}
