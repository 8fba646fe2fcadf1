import { describe, expect, it } from '@jest/globals';
import { originRule, siteOf } from './origins.js';

describe('originRule', () => {
  const isAllowed = originRule({
    publicUrl: new URL('https://auth.example.com/base'),
    corsOrigins: ['https://app.example.com', 'http://localhost:*'],
  });

  it.each([
    'https://auth.example.com',
    'https://app.example.com',
    'http://localhost',
    'http://localhost:1',
    'http://localhost:65535',
  ])('allows %s', (origin) => expect(isAllowed(origin)).toBe(true));

  it.each([
    'http://auth.example.com',
    'https://app.example.com:8443',
    'https://localhost:5173',
    'http://127.0.0.1:5173',
    'http://localhost:*',
    'http://localhost:',
    'http://localhost:80/',
    'http://localhost:80@evil.example',
    'http://a.localhost:5173',
    'null',
    '',
  ])('refuses %j', (origin) => expect(isAllowed(origin)).toBe(false));
});

describe('siteOf', () => {
  it.each([
    ['https://app.example.com:8443/path', 'https://auth.example.com'],
    ['https://example.co.uk', 'https://a.b.example.co.uk'],
    ['http://localhost:5173', 'http://localhost:3000'],
    ['http://127.0.0.1:5173', 'http://127.0.0.1:3000'],
    ['http://[::1]:5173', 'http://[::1]'],
    ['https://com', 'https://com:1'],
  ])('%s is the site of %s', (one, other) => {
    expect(siteOf(new URL(one))).toBe(siteOf(new URL(other)));
  });

  it.each([
    ['http://example.com', 'https://example.com'],
    ['http://localhost:3000', 'http://127.0.0.1:3000'],
    ['http://127.0.0.1', 'http://127.0.0.2'],
    ['https://a.co.uk', 'https://b.co.uk'],
    ['https://ada.github.io', 'https://bob.github.io'],
    ['https://app.example.com', 'https://app.example.org'],
  ])('%s is another site than %s', (one, other) => {
    expect(siteOf(new URL(one))).not.toBe(siteOf(new URL(other)));
  });
});
