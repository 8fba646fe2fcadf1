import { describe, expect, it } from '@jest/globals';
import { storableAddress } from './addresses.js';

describe('storableAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:1234', '192.0.2.1'],
    ['[2001:db8::1]:1234', '2001:db8::1'],
    ['192.0.2.1:port', null],
    ['unknown', null],
    ['', null],
    [undefined, null],
    ['192.0.2.1/24', null],
  ])('%j is %j', (address, stored) => {
    expect(storableAddress(address)).toBe(stored);
  });
});
