import { comparing } from '../compare.js';
import { bcryptBase64 } from '../encodings.js';
import { eksBlowfish } from '../primitives/eks-blowfish.js';
import type { Scheme } from '../scheme.js';
import { bcryptTail, importableBcrypt, refuseBcryptCost } from './bcrypt.js';

const prefix = '$2x$';

/**
 * `$2a$` of PHP before 5.3.7 and crypt_blowfish before 1.1, renamed because of a bug (CVE-2011-2483):
 * password bytes were sign-extended, so that a non-ASCII byte overwrote up to three bytes before it.
 */
export const bcrypt2xScheme: Scheme = {
  parse(stored) {
    if (!stored.startsWith(prefix)) return undefined;
    const [, cost = '', salt = '', digest = ''] = bcryptTail.exec(stored.slice(prefix.length)) ?? [];
    const saltBytes = bcryptBase64.decode(salt);
    if (saltBytes?.length !== 16) return 'impossible';
    const refusal = refuseBcryptCost(Number(cost));
    if (refusal) return refusal;
    return comparing({
      digest,
      digestOf: (password) => bcryptBase64.encode(eksBlowfish(signedKey(password), saltBytes, Number(cost))),
      cost,
      forImport: () => importableBcrypt(stored, cost),
    });
  },
};

/** The 18 key words of Blowfish: the password and its NUL, repeated. */
function signedKey(password: string): Uint32Array {
  const bytes = Int8Array.from([...Buffer.from(password), 0]);
  const words = new Uint32Array(18);
  for (let at = 0; at < 18 * 4; at += 1) {
    const word = at >> 2;
    words[word] = ((words[word] ?? 0) << 8) | (bytes[at % bytes.length] ?? 0);
  }
  return words;
}
