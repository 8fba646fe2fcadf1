import { hash } from 'node:crypto';
import { comparing } from '../compare.js';
import { base64, decodeHex } from '../encodings.js';
import type { Scheme } from '../scheme.js';

const algorithms = new Map([
  ['MD5', { algorithm: 'md5', bytes: 16 }],
  ['SHA-1', { algorithm: 'sha1', bytes: 20 }],
  ['SHA-256', { algorithm: 'sha256', bytes: 32 }],
  ['SHA-512', { algorithm: 'sha512', bytes: 64 }],
]);

// {SHA-256}{salt}digest
const digestMarker = /^\{([A-Z0-9-]{3,7})\}\{/;
const digestForm = /^\{[A-Z0-9-]{3,7}\}(\{[^}]{0,128}\})([A-Za-z0-9+/=]{24,128})$/;

/** Spring Security's MessageDigestPasswordEncoder: the digest of the password and the salt including its braces. */
export const springDigestScheme: Scheme = {
  parse(stored) {
    const name = digestMarker.exec(stored)?.[1] ?? '';
    const { algorithm = '', bytes = 0 } = algorithms.get(name) ?? {};
    if (bytes === 0) return undefined;
    const [, salt = '', text = ''] = digestForm.exec(stored) ?? [];
    const digest = decodeHex(text, bytes) ?? base64.decode(text);
    if (digest?.length !== bytes) return 'impossible';
    return comparing({
      digest: base64.encode(digest),
      digestOf: (password) => hash(algorithm, password + salt, 'base64'),
    });
  },
};

const standardPrefix = '{SHA256}';
const standardRounds = 1024;

/** Spring Security's StandardPasswordEncoder without a secret: 8 bytes of salt, 32 of SHA-256, hashed 1,024 times. */
export const springStandardScheme: Scheme = {
  parse(stored) {
    if (!stored.startsWith(standardPrefix)) return undefined;
    const bytes = decodeHex(stored.slice(standardPrefix.length), 40);
    if (!bytes) return 'impossible';
    return comparing({
      digest: base64.encode(bytes.subarray(8)),
      digestOf: (password) => base64.encode(standardDigest(bytes.subarray(0, 8), password)),
    });
  },
};

function standardDigest(salt: Buffer, password: string): Buffer {
  let digest = Buffer.concat([salt, Buffer.from(password)]);
  for (let round = 0; round < standardRounds; round += 1) digest = hash('sha256', digest, 'buffer');
  return digest;
}
