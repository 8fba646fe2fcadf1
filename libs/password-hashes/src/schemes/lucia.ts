import { sameText } from '../compare.js';
import type { Scheme } from '../scheme.js';
import { scrypt } from './scrypt.js';

// salt: 16 letters and digits, or 16 bytes in hexadecimal; digest: 64 bytes in hexadecimal
const form = /^(s2:)?([A-Za-z0-9]{16}|[0-9a-f]{32}):([0-9a-f]{128})$/;

/** A truncated digest is recognised from this length on. */
const marker = /^(?:s2:|[A-Za-z0-9]{16}:[0-9a-f]{16}|[0-9a-f]{32}:[0-9a-f]{16})/;

/**
 * `salt:digest` of Lucia 3, Oslo and better-auth (r=16), and of the first Lucia and Node's scrypt defaults (r=8). The string
 * does not contain r, so both values are tried. Lucia 1 and 2 prefix their strings with `s2:` (r=16).
 */
export const luciaScheme: Scheme = {
  parse(stored) {
    const [, mark, salt, digest = ''] = form.exec(stored) ?? [];
    if (salt === undefined) return marker.test(stored) ? 'impossible' : undefined;
    const blockSizes = mark === undefined ? [16, 8] : [16];
    return {
      cost: `N=16384,r=${blockSizes.join('+')},p=1`,
      verify(password) {
        const matches = blockSizes.some((r) => sameText(digestOf(password, salt, r), digest));
        return matches ? 'match-needs-rehash' : 'mismatch';
      },
    };
  },
};

/** The salt is hashed as text, not decoded. Lucia, Oslo and better-auth normalise the password to NFKC. */
const digestOf = (password: string, salt: string, r: number): string =>
  scrypt(password.normalize('NFKC'), Buffer.from(salt), 64, { N: 16_384, r, p: 1 }).toString('hex');
