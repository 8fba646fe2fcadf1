import { domainToUnicode } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import {
  canonicalEmail,
  emailSpellings,
  isEmailAddress,
  parseEmailAddress,
  toMailbox,
} from './email-address.js';

const local64 = 'l'.repeat(64);
const domainOf = (length: number) => `${'d'.repeat(60)}.`.repeat(5).slice(0, length - 4) + '.com';
const ü = 'u\u0308';

describe('isEmailAddress', () => {
  it.each([
    'ada@example.com',
    ' Ada@Example.COM ',
    "o'hara+tag/x=y?!#$%&*-_`{|}~^@sub.example.co.uk",
    'jürgen@exämple.com',
    `j${ü}rgen@ex${'a\u0308'}mple.com`,
    '用户@例子.广告',
    'ada@xn--exmple-cua.com',
    `${local64}@example.com`,
    `${local64}@${domainOf(189)}`,
  ])('accepts %s', (email) => expect(isEmailAddress(email)).toBe(true));

  it.each([
    ['angle brackets', '<ada@example.com>'],
    ['a name and angle brackets', 'Ada <ada@example.com>'],
    ['mailto:', 'mailto:ada@example.com'],
    ['a list', 'ada@example.com,eve@example.com'],
    ['a list separated by semicolons', 'ada@example.com;eve@example.com'],
    ['a comment', 'ada(work)@example.com'],
    ['a comment in the domain', 'ada@example.com(work)'],
    ['a quoted local part', '"ada"@example.com'],
    ['a quoted special', '"ada@home"@example.com'],
    ['a route', '@eve.example,@example.com:ada@example.com'],
    ['a backslash', 'ada\\@example.com'],
    ['brackets', 'a[d]a@example.com'],
    ['two at signs', 'ada@eve@example.com'],
    ['a header', 'ada@example.com\r\nBcc: eve@example.com'],
    ['a NUL', 'ada\u0000@example.com'],
    ['a lone surrogate', 'ada\ud800@example.com'],
    ['a zero-width joiner', 'a\u200dda@example.com'],
    ['a letter that decomposes into an angle bracket', '\u226eada@example.com'],
    ['a blank', 'a da@example.com'],
    ['a no-break space', 'a\u00a0da@example.com'],
    ['a leading dot', '.ada@example.com'],
    ['a trailing dot', 'ada.@example.com'],
    ['a double dot', 'a..da@example.com'],
    ['a missing local part', '@example.com'],
    ['a missing domain', 'ada@'],
    ['a missing at sign', 'ada.example.com'],
    ['an empty string', ''],
    ['a domain of one label', 'ada@localhost'],
    ['a dot after the domain', 'ada@example.com.'],
    ['an empty label', 'ada@example..com'],
    ['a label with a hyphen at its end', 'ada@example-.com'],
    ['an underscore in the domain', 'ada@ex_ample.com'],
    ['an IP literal', 'ada@[192.0.2.1]'],
    ['an IPv6 literal', 'ada@[IPv6:2001:db8::1]'],
    ['an IP address', 'ada@192.0.2.1'],
    ['a hexadecimal IP address', 'ada@0x7f.1'],
    ['a full-width IP address', 'ada@１２７．０．０．１'],
    ['a URL as domain', 'ada@https://evil.example/'],
    ['a path', 'ada@evil.example/example.com'],
    ['a full-width path', 'ada@evil.example／example.com'],
    ['a query', 'ada@evil.example?example.com'],
    ['a fragment', 'ada@evil.example#.example.com'],
    ['a port', 'ada@example.com:25'],
    ['a percent sign', 'ada@example%2ecom'],
    ['an invalid A-label', 'ada@xn--zzzzzz.com'],
    ['a tab in the domain', 'ada@exa\tmple.com'],
    ['a local part of 65 octets', `${local64}l@example.com`],
    ['a local part of 66 octets in 33 letters', `${'ü'.repeat(33)}@example.com`],
    ['255 octets', `${local64}@${domainOf(190)}`],
    ['255 octets as A-label', `${'l'.repeat(60)}@${'ü.'.repeat(25)}example.com`],
    ['a label of 64 octets', `ada@${'d'.repeat(64)}.com`],
    ['a megabyte', `ada@${'example.'.repeat(125_000)}com`],
  ])('rejects %s', (_what, email) => expect(isEmailAddress(email)).toBe(false));

  it.each([undefined, null, 7, {}, ['ada@example.com']])(
    'rejects the value %j, which is not a string',
    (value) => expect(isEmailAddress(value)).toBe(false),
  );
});

describe('parseEmailAddress and toMailbox', () => {
  it.each([
    '"ada lovelace"@example.com',
    '"ada@home"@example.com',
    'ada..lovelace.@docomo.example',
    'ada@localhost',
    'ada@ex_ample.com',
    `${local64}l@example.com`,
    '😀@example.com',
  ])('accept %s, which isEmailAddress rejects', (email) => {
    expect(isEmailAddress(email)).toBe(false);
    expect(parseEmailAddress(email)).toBeDefined();
    expect(toMailbox(email)).toBe(email);
  });

  it.each([
    '<ada@example.com>',
    'mailto:ada@example.com',
    'ada@example.com, eve@example.com',
    'a\\b@example.com',
  ])('reject %s', (email) => {
    expect(parseEmailAddress(email)).toBeUndefined();
    expect(toMailbox(email)).toBeUndefined();
  });
});

describe('toMailbox', () => {
  it.each([
    [' Ada.Lovelace@Example.COM ', 'Ada.Lovelace@example.com'],
    ['Jürgen@Exämple.com', 'Jürgen@xn--exmple-cua.com'],
    [`j${ü}rgen@example.com`, `j${ü}rgen@example.com`],
  ])('converts %s to %s', (stored, mailbox) => expect(toMailbox(stored)).toBe(mailbox));
});

describe('emailSpellings', () => {
  it('returns one spelling for ASCII text', () => {
    expect(emailSpellings(' Ada@Example.com ')).toEqual(['ada@example.com']);
    expect(emailSpellings('no address')).toEqual(['no address']);
    expect(emailSpellings('x'.repeat(100_000))).toHaveLength(1);
  });

  it('starts with the A-label and the composed local part', () => {
    expect(emailSpellings('jürgen@exämple.com')).toEqual([
      'jürgen@xn--exmple-cua.com',
      `j${ü}rgen@xn--exmple-cua.com`,
      'jürgen@exämple.com',
      `j${ü}rgen@exämple.com`,
      `jürgen@ex${'a\u0308'}mple.com`,
      `j${ü}rgen@ex${'a\u0308'}mple.com`,
    ]);
    expect(emailSpellings('ada@xn--exmple-cua.com')).toEqual([
      'ada@xn--exmple-cua.com',
      'ada@exämple.com',
      `ada@ex${'a\u0308'}mple.com`,
    ]);
  });

  it.each(['x@y\u00ad.example', 'x@y．example', 'X@Y。example', '\u3000x@y.example', 'x@\uff39.example'])(
    'returns only x@y.example for %s',
    (typed) => expect(emailSpellings(typed)).toEqual(['x@y.example']),
  );

  it('does not merge addresses that differ by a tag, a dot or a sharp s', () => {
    expect(canonicalEmail('a.da+1@example.com')).not.toBe(canonicalEmail('ada@example.com'));
    expect(canonicalEmail('straße@example.com')).not.toBe(canonicalEmail('strasse@example.com'));
  });
});

/** Letters of several scripts, some with two normal forms, some with irregular case mappings. */
const letters = fc.constantFrom(...'aZ9éÉüÅßςΣİıKſǅệ각が日本я', 'u\u0308', 'e\u0323\u0302', 'ก\u0e49');
const word = fc.array(letters, { minLength: 1, maxLength: 8 }).map((all) => all.join(''));
const addresses = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 3 }), fc.array(word, { minLength: 1, maxLength: 3 }))
  .map(([local, domain]) => `${local.join('.')}@${domain.join('.')}.example`)
  .filter(isEmailAddress);

describe('for generated input', () => {
  it('the functions do not throw, and mailboxes are well-formed', () => {
    const anything = fc.oneof(
      anyText({ maxLength: 600 }),
      fc.tuple(anyText(), anyText()).map((parts) => parts.join('@')),
      fc
        .array(fc.constantFrom(...'a@.<>"\\:/%[]xn-ü\u0338\u00ad\u200d\ud800'), { maxLength: 40 })
        .map((all) => all.join('')),
    );
    fc.assert(
      fc.property(anything, (typed) => {
        const [canonical] = emailSpellings(typed);
        expect(emailSpellings(canonical)[0]).toBe(canonical);
        if (isEmailAddress(typed)) expect(parseEmailAddress(typed)).toBeDefined();
        const mailbox = toMailbox(typed);
        if (mailbox !== undefined)
          expect(mailbox).toMatch(/^(?:"[^\r\n]+"|[^\s<>()[\],;:\\"@]+)@[a-z0-9._-]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('emailSpellings returns the same list for every spelling of an address', () => {
    fc.assert(
      fc.property(addresses, (typed) => {
        const all = emailSpellings(typed);
        const [local = '', domain = ''] = all[0].split('@');
        const wide = `${local.normalize('NFD')}@${domainToUnicode(domain).replaceAll('.', '．')}`;
        for (const spelling of [...all, ` ${wide}\t`]) expect(emailSpellings(spelling)).toEqual(all);
        expect(new Set(all).size).toBe(all.length);
        expect(parseEmailAddress(all[0])).toEqual({ local, domain });
        expect(isEmailAddress(all[0])).toBe(true);
        expect(domain).toMatch(/^[a-z0-9.-]+$/);
      }),
      { numRuns: 2000 },
    );
  });
});
