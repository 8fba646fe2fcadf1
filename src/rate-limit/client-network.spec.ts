import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toClientNetwork } from './client-network.js';

describe('toClientNetwork', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
    ['::ffff:cb00:7107', '203.0.113.7', '203.0.113.0/24'],
    ['2001:db8:1:2345::1', '2001:db8:1:2345::/64', '2001:db8:1:2300::/56'],
    ['2001:0DB8:0001:2345:ffff::9', '2001:db8:1:2345::/64', '2001:db8:1:2300::/56'],
    ['2001:db8:1:23ff:1:2:3:4', '2001:db8:1:23ff::/64', '2001:db8:1:2300::/56'],
    ['2001:db8:1:45::', '2001:db8:1:45::/64', '2001:db8:1:000::/56'],
    ['::1', '0:0:0:0::/64', '0:0:0:000::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0:000::/56'],
    ['unknown', 'unknown', undefined],
    ['', 'unknown', undefined],
    ['203.0.113.7:51234', '203.0.113.7', '203.0.113.0/24'],
    ['[2001:db8:1:2345::1]:443', '2001:db8:1:2345::/64', '2001:db8:1:2300::/56'],
    ['made up by a proxy', 'unknown', undefined],
  ])('%s is %s in %s', (ip, address, subnet) => {
    expect(toClientNetwork(ip)).toEqual({ address, subnet });
  });

  it('returns an address for every string', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (ip) => {
        expect(toClientNetwork(ip).address).toEqual(expect.any(String));
      }),
    );
  });
});
