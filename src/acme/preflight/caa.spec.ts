import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../../test/support/builders/any-text.js';
import { judgeCaa, parseIssuer, findRelevantCaa } from './caa.js';

const ca = 'letsencrypt.org';
const issue = (value: string) => ({ critical: 0, issue: value });

describe('judgeCaa', () => {
  it.each([
    ['our CA', [issue('letsencrypt.org')]],
    [
      'our CA among others, in any case',
      [issue('ca.example'), { critical: 128, Issue: ' LetsEncrypt.ORG ' }],
    ],
    ['our CA by our method', [issue('letsencrypt.org;validationmethods=dns-01,http-01')]],
    ['one account, and all other accounts', [issue('letsencrypt.org; accounturi=x'), issue(ca)]],
    ['no CA in particular', [{ critical: 0, iodef: 'mailto:security@example.com' }]],
    ['no CA for wildcards only', [{ critical: 0, issuewild: ';' }]],
    ['an unknown tag that may be ignored', [issue(ca), { critical: 2, tbs: 'x' }]],
  ])('accepts records that allow %s', (_what, records) => {
    expect(judgeCaa(records, ca)).toEqual({ kind: 'allowed' });
  });

  it.each([
    [[issue('ca.example')], 'do not allow letsencrypt.org'],
    [[issue(';')], 'do not allow letsencrypt.org'],
    [[issue('')], 'do not allow letsencrypt.org'],
    [[issue('letsencrypt.org.evil.example')], 'do not allow letsencrypt.org'],
    [[{ critical: 0, issuewild: ca }, issue(';')], 'do not allow letsencrypt.org'],
    [
      [issue('letsencrypt.org; validationmethods=dns-01')],
      'allow letsencrypt.org, but not by the method http-01 (validationmethods)',
    ],
  ])('refuses %j: they %s', (records, reason) => {
    expect(judgeCaa(records, ca)).toEqual({ kind: 'forbidden', reason });
  });

  it.each([128, 1, 255])('refuses an unknown tag with the flags %i', (critical) => {
    const unknown = { critical, tbs: 'x' };
    expect(judgeCaa([issue(ca), { critical, iodef: 'x' }, unknown], ca)).toEqual({
      kind: 'unknown_tag',
      tag: 'tbs',
    });
  });

  it('distinguishes the member `type` of Node 24 from a tag of that name', () => {
    const ofNode24 = { critical: 128, type: 'CAA', issue: ca };
    const ofZone = { critical: 128, type: 'x' };
    expect(judgeCaa([ofNode24], ca)).toEqual({ kind: 'allowed' });
    expect(judgeCaa([ofZone], ca)).toEqual({ kind: 'unknown_tag', tag: 'type' });
  });

  it('returns the accounts if only they may issue', () => {
    const account = 'https://acme-v02.api.letsencrypt.org/acme/acct/1';
    expect(judgeCaa([issue(`letsencrypt.org; accounturi=${account}`)], ca)).toEqual({
      kind: 'for_accounts',
      accounts: [account],
    });
  });
});

describe('parseIssuer', () => {
  it('parses values in the syntax of RFC 8659 section 4.2', () => {
    const space = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 2 });
    const tag = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const value = fc.stringMatching(/^[!-:<-~]{0,20}$/);
    fc.assert(
      fc.property(
        fc.domain(),
        fc.uniqueArray(fc.tuple(tag, value), { selector: ([t]) => t }),
        space,
        (domain, pairs, gap) => {
          const text = [domain, ...pairs.map(([t, v]) => `${gap}${t}${gap}=${gap}${v}`)].join(`${gap};`);
          const issuer = parseIssuer(`${gap}${text}${gap}`);
          expect(issuer).toEqual({ domain: domain.toLowerCase(), parameters: new Map(pairs) });
        },
      ),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(anyText(), (text) => void judgeCaa([issue(text)], ca)));
  });
});

describe('findRelevantCaa', () => {
  const records = [issue(ca)];
  const servFail = { kind: 'server_failed', detail: 'ESERVFAIL' } as const;
  const noName = { kind: 'no_such_name', detail: 'ENOTFOUND' } as const;
  type Level = { records: typeof records } | { failure: typeof servFail | typeof noName };
  const climb = async (levels: Record<string, Level>) => {
    const queried: string[] = [];
    const found = await findRelevantCaa(
      'a.b.com',
      async (at) => (queried.push(at), levels[at] ?? { records: [] }),
    );
    return { queried, found };
  };

  it('climbs to the nearest records', async () => {
    expect(await climb({ 'a.b.com': { failure: noName }, 'b.com': { records } })).toEqual({
      queried: ['a.b.com', 'b.com'],
      found: { at: 'b.com', records },
    });
    expect(await climb({})).toEqual({ queried: ['a.b.com', 'b.com', 'com'], found: undefined });
  });

  it('stops at a failed lookup', async () => {
    const { found } = await climb({ 'a.b.com': { failure: servFail }, 'b.com': { records } });
    expect(found).toEqual({ at: 'a.b.com', failure: servFail });
  });
});
