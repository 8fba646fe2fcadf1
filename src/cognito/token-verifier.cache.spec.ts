import { describe, expect, it } from '@jest/globals';
import { VerifiedTokens } from './token-verifier.js';

const noon = new Date('2026-01-01T12:00:00Z');
const before = new Date(noon.getTime() - 1);
const claims = (sub: string) => ({ sub, expiresAt: noon });

describe('VerifiedTokens', () => {
  it('returns the claims of a known token only', () => {
    const verified = new VerifiedTokens<ReturnType<typeof claims>>();
    verified.set('a.b.c', claims('ada'));
    expect(verified.get('a.b.c', before)).toEqual(claims('ada'));
    for (const other of ['a.b.d', 'a.b.c ', 'a.b', '', 'A.B.C']) {
      expect(verified.get(other, before)).toBeUndefined();
    }
  });

  it('deletes an expired token, also when the clock is set back later', () => {
    const verified = new VerifiedTokens<ReturnType<typeof claims>>();
    verified.set('a.b.c', claims('ada'));
    expect(verified.get('a.b.c', noon)).toBeUndefined();
    expect(verified.get('a.b.c', before)).toBeUndefined();
  });

  it('deletes everything on clear', () => {
    const verified = new VerifiedTokens<ReturnType<typeof claims>>();
    verified.set('a.b.c', claims('ada'));
    verified.clear();
    expect(verified.get('a.b.c', before)).toBeUndefined();
  });

  it('keeps the 5000 most recently used tokens', () => {
    const verified = new VerifiedTokens<ReturnType<typeof claims>>();
    const tokens = Array.from({ length: 6000 }, (_, index) => `token-${index}`);
    for (const token of tokens) {
      verified.set(token, claims(token));
      expect(verified.get('token-0', before)).toBeDefined();
    }
    const kept = tokens.filter((token) => verified.get(token, before) !== undefined);
    expect(kept).toEqual(['token-0', ...tokens.slice(-4999)]);
  });
});
