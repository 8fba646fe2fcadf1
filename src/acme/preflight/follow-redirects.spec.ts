import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import { formatUrl, resolveRedirect } from './follow-redirects.js';
import type { HttpTarget } from './http-probe.js';

const ports = { httpPort: 80, httpsPort: 443 };
const from: HttpTarget = {
  scheme: 'http',
  host: 'shop.example.com',
  port: 80,
  path: '/.well-known/acme-challenge/t',
};

describe('resolveRedirect', () => {
  it.each([
    ['https://shop.example.com/x?y=1#z', 'https://shop.example.com/x?y=1'],
    ['//www.example.com/x', 'http://www.example.com/x'],
    ['/x', 'http://shop.example.com/x'],
    ['u', 'http://shop.example.com/.well-known/acme-challenge/u'],
    ['?again', 'http://shop.example.com/.well-known/acme-challenge/t?again'],
    ['https://SHOP.example.com.:443/', 'https://shop.example.com/'],
    ['http://shop.example.com:443/', 'http://shop.example.com:443/'],
    ['https://bücher.example.com/', 'https://xn--bcher-kva.example.com/'],
  ])('follows %j to %j', (location, address) => {
    const { follow } = resolveRedirect(from, location, ports) as { follow: HttpTarget };
    expect(formatUrl(follow, ports)).toBe(address);
  });

  it.each([
    ['http://[', 'which is not a valid URL'],
    ['https://shop.example.com:8443/', 'and CAs follow to the ports 80 and 443 only'],
    ['ftp://shop.example.com/', 'and CAs follow to http and https only'],
    ['mailto:me@example.com', 'and CAs follow to http and https only'],
    ['http://192.0.2.1/', 'and CAs follow to names only, not to IP addresses'],
    ['http://0x7f.1/', 'and CAs follow to names only, not to IP addresses'],
    ['http://[2001:db8::1]/', 'and CAs follow to names only, not to IP addresses'],
    ['http://localhost/', 'which is not a public DNS name'],
  ])('does not follow %j, %s', (location, reason) => {
    expect(resolveRedirect(from, location, ports)).toEqual({
      refused: `a redirect to ${location}, ${reason}`,
    });
  });

  it('returns only names, on the two ports, with the two schemes', () => {
    const location = fc.oneof(
      anyText(),
      fc.webUrl({
        withFragments: true,
        withQueryParameters: true,
        authoritySettings: { withPort: true, withIPv4: true, withIPv6: true },
      }),
      fc.webPath(),
    );
    fc.assert(
      fc.property(location, (text) => {
        const { follow, refused } = resolveRedirect(from, text, ports) as {
          follow?: HttpTarget;
          refused?: string;
        };
        if (follow === undefined) return expect(refused).not.toMatch(/\p{C}/u);
        expect([80, 443]).toContain(follow.port);
        expect(['http', 'https']).toContain(follow.scheme);
        expect(isIP(follow.host)).toBe(0);
        // Valid in a request line.
        expect(follow.path).toMatch(/^\/[!-~]*$/);
        const again = resolveRedirect(from, formatUrl(follow, ports), ports);
        expect(again).toEqual({ follow });
      }),
      { numRuns: 300 },
    );
  });
});
