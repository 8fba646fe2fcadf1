import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Tokens of the busiest few thousand callers; a kilobyte or so each. */
const most = 5000;

/**
 * What tokens said that were verified before, so that a repeated token costs no signature check. The tokens themselves are
 * not kept.
 */
export class VerifiedTokens<Claims extends { readonly expiresAt: Date }> {
  private readonly claims = new LRUCache<string, Claims>({ max: most });

  /** @returns undefined from the second on in which the token expires */
  get(token: string, now: Date): Claims | undefined {
    const key = digest(token);
    const claims = this.claims.get(key);
    if (claims === undefined || now < claims.expiresAt) return claims;
    this.claims.delete(key);
    return undefined;
  }

  set(token: string, claims: Claims): void {
    this.claims.set(digest(token), claims);
  }

  clear(): void {
    this.claims.clear();
  }
}

const digest = (token: string): string => hash('sha256', token, 'base64');
