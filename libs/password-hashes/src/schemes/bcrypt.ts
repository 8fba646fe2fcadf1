import bcryptjs from 'bcryptjs';
import { bcrypt } from 'hash-wasm';
import { sameText } from '../compare.js';
import type { ImportableHash, Refusal, Scheme } from '../scheme.js';

/** The minimum of bcrypt. */
const lowestCost = 4;

/**
 * The stored string determines the cost of a check, so a writer of the table could block the service. Each step doubles
 * the time: 12 takes about 0.3 s of CPU time, 14 about 1.2 s, and two checks with 15 exceed the 5 s of a migration trigger.
 */
const highestCost = 14;

/** The minimum in OWASP's password storage cheat sheet. */
const wantedCost = 10;

/** Each pepper requires a check. 2^15 rounds in total take 2.5 s. */
const mostRounds = 2 ** 15;

/** The maximum of bcrypt. */
const bcryptMaximum = 31;

/** @returns why a hash of this cost cannot be checked; `undefined` if it can */
export function refuseBcryptCost(cost: number): Refusal | undefined {
  if (cost < lowestCost || cost > bcryptMaximum) return 'impossible';
  return cost > highestCost ? 'too_costly' : undefined;
}

export const isOutdatedBcryptCost = (cost: number): boolean => cost < wantedCost;

/** 22 characters of salt in bcrypt's own base64. The last one has two bits; others compute to another string. */
export const bcryptSalt = '[./A-Za-z0-9]{21}[.Oeu]';

/** 31 characters of digest. The last one has four bits. */
export const bcryptDigest = '[./A-Za-z0-9]{30}[.CGKOSWaeimquy26]';

/** Two-digit cost, salt and digest: the whole string after the prefix. */
export const bcryptTail = new RegExp(String.raw`^(\d\d)\$(${bcryptSalt})(${bcryptDigest})$`);

/** Maximum input of bcrypt in bytes (paper of its authors, section 3). */
export const longestBcryptInput = 72;

/**
 * In WebAssembly, which takes less time than bcryptjs (docs/benchmarks.md).
 * @param stored ends like `bcryptTail`
 */
export async function isBcryptOf(password: string, stored: string): Promise<boolean> {
  const [saltAndDigest, salt] = [stored.slice(-53), stored.slice(-53, -31)];
  const computed = await bcrypt({
    password: keyOf(password, stored),
    salt: Uint8Array.from(bcryptjs.decodeBase64(salt, 16)),
    costFactor: Number(stored.slice(-56, -54)),
    outputType: 'encoded',
  });
  return sameText(computed.slice(-53), saltAndDigest);
}

/** The key of bcrypt: the password and a NUL, repeated. The first version omitted the NUL. */
const keyOf = (password: string, stored: string): Uint8Array =>
  Buffer.alloc(longestBcryptInput, stored.startsWith('$2$') ? password : `${password}\0`);

/**
 * bcrypt of Devise, PHP and Node. bcrypt uses the first 72 bytes of password and pepper
 * and ignores the rest. `$2a$`, `$2b$` and `$2y$` are the same algorithm; `$2$` does not terminate the key with a NUL.
 */
export const bcryptScheme = (prefix: '$2$' | '$2a$' | '$2b$' | '$2y$'): Scheme => ({
  parse(stored, { peppers }) {
    if (!stored.startsWith(prefix)) return undefined;
    const cost = bcryptTail.exec(stored.slice(prefix.length))?.[1];
    if (cost === undefined) return 'impossible';
    const refusal = refuseBcryptCost(Number(cost));
    if (refusal) return refusal;
    if (2 ** Number(cost) * peppers.length > mostRounds) return 'too_costly';
    return {
      cost,
      // Cognito's formats begin with $2a$, $2b$, $2x$ or $2y$.
      forImport: prefix === '$2$' ? undefined : () => bcryptForImport(stored, cost, peppers),
      async verify(password) {
        for (const [index, pepper] of peppers.entries()) {
          if (!(await isBcryptOf(password + pepper, stored))) continue;
          return index > 0 || isOutdatedBcryptCost(Number(cost)) ? 'match-needs-rehash' : 'match';
        }
        return 'mismatch';
      },
    };
  },
});

/** A peppered hash is one of another password, and the stored string does not say whether it has a pepper. */
const bcryptForImport = (hash: string, cost: string, peppers: readonly string[]) =>
  peppers.some((pepper) => pepper !== '') ? 'peppered' : importableBcrypt(hash, cost);

export const importableBcrypt = (hash: string, cost: string): ImportableHash => ({
  algorithm: 'BCRYPT',
  cost: Number(cost),
  hash,
});

/** `$2b$`, synchronous: for worker threads. @param password with its pepper, at most `longestBcryptInput` bytes */
export function bcryptHash(password: string, cost: number): string {
  if (Buffer.byteLength(password) > longestBcryptInput) throw new RangeError('bcrypt reads 72 bytes');
  return bcryptjs.hashSync(password, cost);
}
