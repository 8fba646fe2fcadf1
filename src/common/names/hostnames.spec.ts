import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import { checkNames } from './hostnames.js';

const long = (...lengths: number[]) => lengths.map((length) => 'a'.repeat(length)).join('.');

describe('checkNames', () => {
  it.each([
    ['shop.example.com', 'shop.example.com'],
    [' Shop.EXAMPLE.com\n', 'shop.example.com'],
    ['shop.example.com.', 'shop.example.com'],
    ['bücher.example.com', 'xn--bcher-kva.example.com'],
    ['BÜCHER.example.com', 'xn--bcher-kva.example.com'],
    ['straße.de', 'xn--strae-oqa.de'],
    ['日本語。jp', 'xn--wgv71a119e.jp'],
    ['xn--bcher-kva.de', 'xn--bcher-kva.de'],
    ['1.de', '1.de'],
    [long(63, 63, 63, 61), long(63, 63, 63, 61)],
  ])('takes %j for %j', (given, name) => {
    expect(checkNames([given])).toEqual({ names: [name], problems: [] });
  });

  it.each([
    ['', 'is empty; give a name such as shop.example.com'],
    ['https://shop.example.com/', 'is a URL; give only the host name'],
    ['shop.example.com/login', 'has a path; give only the host name'],
    ['shop.example.com:80', 'has a port; remove it, because CAs always use port 80'],
    ['me@example.com', 'is a mail address; give the part after the @'],
    ['192.0.2.1', 'is an IP address; give the host name that leads to it'],
    ['2001:db8::1', 'is an IP address; give the host name that leads to it'],
    ['[2001:db8::1]', 'is an IP address; give the host name that leads to it'],
    ['0x7f.1', 'is an IP address; give the host name that leads to it'],
    ['１９２.0.2.1', 'is an IP address; give the host name that leads to it'],
    ['*.example.com', 'is a wildcard, which http-01 cannot prove; list each name separately'],
    ['a_b.example.com', 'has the character "_"; a host name has letters, digits, hyphens and dots'],
    ['a%62.example.com', 'has the character "%"; a host name has letters, digits, hyphens and dots'],
    ['xn--a.com', 'is not a valid internationalized name; check its spelling'],
    ['shop.xn--0.pt', 'is not a valid internationalized name; check its spelling'],
    ['shop.example.1', 'is not a valid internationalized name; check its spelling'],
    ['a..example.com', 'has an empty label: two consecutive dots or a leading dot; remove it'],
    ['.example.com', 'has an empty label: two consecutive dots or a leading dot; remove it'],
    ['shop.example.com..', 'has an empty label: two consecutive dots or a leading dot; remove it'],
    ['.', 'has an empty label: two consecutive dots or a leading dot; remove it'],
    ['-a.example.com', 'has the label "-a"; a label must not begin or end with a hyphen'],
    ['a-.example.com', 'has the label "a-"; a label must not begin or end with a hyphen'],
    [
      'ab--cd.com',
      'has the label "ab--cd"; hyphens in positions 3 and 4 are reserved for internationalized names',
    ],
    [`${long(64)}.com`, `has a label of 64 characters ("${long(20)}…"); a label has at most 63`],
    ['com', 'has no domain; give the full name, such as shop.example.com'],
  ])('says of %j that it %s', (given, problem) => {
    expect(checkNames([given])).toEqual({ names: [], problems: [`"${given}" ${problem}.`] });
  });

  it('states the length of a name that is too long', () => {
    const [problem] = checkNames([long(63, 63, 63, 62)]).problems;
    expect(problem).toMatch(/^"a{63}\..*…" has 254 characters; a name has at most 253\.$/);
    expect(checkNames(['é'.repeat(1001)]).problems[0]).toContain('is too long; a name has at most 253');
  });

  it.each(['local', 'localhost', 'internal', 'test', 'invalid', 'example', 'onion'])(
    'accepts a name of .%s only with allowSpecialNames',
    (ending) => {
      const name = `shop.${ending}`;
      const problem = `"${name}" ends in .${ending}, which no public CA certifies; give a name that is registered in the public DNS.`;
      expect(checkNames([name])).toEqual({ names: [], problems: [problem] });
      expect(checkNames([name], { allowSpecialNames: true })).toEqual({ names: [name], problems: [] });
    },
  );

  it('lists each name once in the given order, and the problems of others', () => {
    const given = ['b.example.com', 'B.example.com.', '', 'a.example.com', 'com'];
    const { names, problems } = checkNames(given);
    expect(names).toEqual(['b.example.com', 'a.example.com']);
    expect(problems).toHaveLength(2);
  });

  it('accepts 1 to 100 names', () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `a${i}.example.com`);
    expect(checkNames([]).problems).toEqual(['No name was given; give at least one.']);
    expect(checkNames(many(100)).problems).toEqual([]);
    expect(checkNames([...many(100), 'a0.example.com']).problems).toEqual([]);
    expect(checkNames(many(101)).problems).toEqual([
      '101 names were given; one certificate has at most 100, so request several certificates.',
    ]);
  });

  it('escapes control characters', () => {
    const { problems } = checkNames(['a\u001b[2J\u202e.example.com']);
    expect(problems).toEqual([
      '"a\\u{1b}[2J\\u{202e}.example.com" has the character "\\u{1b}"; a host name has letters, digits, hyphens and dots.',
    ]);
  });
});

describe('checkNames with random input', () => {
  const word = fc.oneof(
    anyText({ maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.webUrl(),
    fc.ipV4(),
    fc.ipV6(),
  );
  const labels = fc.array(
    fc.oneof(fc.domain(), fc.string({ unit: 'grapheme', maxLength: 5 }), fc.constantFrom('xn--', '-', '')),
    { maxLength: 4 },
  );
  const name = fc.oneof(
    word,
    fc.domain(),
    labels.map((parts) => parts.join('.')),
  );

  it('returns names that it accepts unchanged', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 5 }), fc.boolean(), (given, allowSpecialNames) => {
        const { names, problems } = checkNames(given, { allowSpecialNames });
        for (const one of names) expect(one).toMatch(/^(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}$/);
        expect(problems.join('')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(names.length + problems.length).toBeLessThanOrEqual(Math.max(given.length, 1));
        if (names.length > 0)
          expect(checkNames(names, { allowSpecialNames })).toEqual({ names, problems: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('accepts every plain domain', () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        fc.pre(!/(^|\.)..--/.test(domain));
        expect(checkNames([domain], { allowSpecialNames: true }).names).toEqual([domain.toLowerCase()]);
      }),
    );
  });
});
