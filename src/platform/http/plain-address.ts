/**
 * An IP address without what proxies and systems write around it: a port (`203.0.113.7:51234`, `[2001:db8::1]:443`) or an
 * IPv6 zone (RFC 4007 section 11).
 */
export function plainAddress(text: string): string {
  const inBrackets = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const withoutPort = inBrackets ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return withoutPort.replace(/%.*$/, '');
}
