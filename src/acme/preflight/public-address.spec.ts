import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress, isTranslatedAddress } from './public-address.js';

describe('isPublicAddress', () => {
  it.each([
    ...['0.0.0.0', '10.0.0.0', '10.255.255.255', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.0'],
    ...['172.31.255.255', '192.0.2.1', '192.168.0.0', '192.168.255.255', '198.18.0.1', '224.0.0.1'],
    ...[
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:8.8.8.8',
      'fc00::1',
      'fdff::1',
      'fe80::1',
      'febf::1',
      'ff0e::1',
    ],
    ...['2001:db8::1', '3fff::1', '64:ff9b::808:808'],
  ])('is false for %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ...[
      '1.1.1.1',
      '9.255.255.255',
      '11.0.0.0',
      '126.255.255.255',
      '128.0.0.0',
      '172.15.255.255',
      '172.32.0.0',
    ],
    ...['192.167.255.255', '192.169.0.0', '223.255.255.255', '2001:4860::1', '2606:4700::1111', '2a00::1'],
  ])('is true for %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it('returns a boolean for every address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        expect(typeof isPublicAddress(address)).toBe('boolean');
      }),
    );
  });
});

it('isTranslatedAddress is true for DNS64 addresses only', () => {
  expect(['64:ff9b::808:808', '64:ff9b:1::1', '2001:db8::1', '8.8.8.8'].map(isTranslatedAddress)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
