import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../common/config/config.js';
import { ReturnUrl } from './return-url.js';

const { pages, http } = loadConfig({
  DATABASE_URL: 'postgres://usher:pw@localhost/usher',
  AWS_REGION: 'eu-west-1',
  AWS_COGNITO_USER_POOL_ID: 'eu-west-1_AbCdEfGhI',
  AWS_COGNITO_CLIENT_ID: '1example23456789',
  MIGRATION_ACCESS_TOKENS: 'first-token-1',
  SESSION_SECRETS: '0123456789abcdef0123456789abcdef',
  PAGES: 'on',
  PUBLIC_URL: 'https://auth.example.com',
  RETURN_URLS: 'https://app.example.com/home,https://shop.example.com',
});
const returnUrl = new ReturnUrl(pages, http);

/** Parts from which links to a stranger's site are made. */
const parts = fc.constantFrom(
  ...[
    'https:',
    'http:',
    'javascript:',
    '//',
    '/',
    '\\',
    '@',
    ':',
    '.',
    '..',
    '%2e%2e',
    '%2f',
    '?',
    '#',
    '\t',
    '\n',
  ],
  ...[
    'app.example.com',
    'shop.example.com',
    'auth.example.com',
    'evil.example',
    'home',
    'account',
    'console',
    'x',
  ],
);
const links = fc.array(parts, { maxLength: 8 }).map((chosen) => chosen.join(''));

describe('return_to', () => {
  it('leads nowhere but to pages that need a session and to entries of RETURN_URLS', () => {
    fc.assert(
      fc.property(fc.oneof(links, fc.string(), fc.webUrl()), (given) => {
        const target = returnUrl.resolve(given);
        // As the browser reads the header `Location`.
        const { origin, pathname, username } = new URL(target, 'https://auth.example.com/sign-in');
        const isOwn = origin === 'https://auth.example.com' && /^\/(account|console)(\/|$)/.test(pathname);
        const isApp = origin === 'https://app.example.com' && /^\/home(\/|$)/.test(pathname);
        expect(isOwn || isApp || origin === 'https://shop.example.com').toBe(true);
        expect([username, /[\r\n]/.test(target)]).toEqual(['', false]);
      }),
      { numRuns: 3000 },
    );
  });
});
