import { hash } from 'node:crypto';
import { comparing } from '../compare.js';
import { cryptBase64, isCryptDigest } from '../encodings.js';
import type { Scheme } from '../scheme.js';

// any salt without a "$", as in PHP; other implementations allow only letters, digits, "." and "/"
const form = /^([^$]{0,8})\$([./A-Za-z0-9]{22})$/;

/** Poul-Henning Kamp's crypt(3) of FreeBSD (`$1$`), and Apache's htpasswd's (`$apr1$`). Always 1,000 rounds. */
const md5Crypt = (prefix: '$1$' | '$apr1$'): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(prefix)) return undefined;
    const [match, salt = '', digest = ''] = form.exec(stored.slice(prefix.length)) ?? [];
    if (match === undefined || !isCryptDigest(digest, 16)) return 'impossible';
    const saltBytes = Buffer.from(salt);
    return comparing({ digest, digestOf: (password) => digestOf(prefix, saltBytes, Buffer.from(password)) });
  },
});

export const md5CryptScheme = md5Crypt('$1$');
export const apr1CryptScheme = md5Crypt('$apr1$');

const md5 = (...parts: Uint8Array[]): Buffer => hash('md5', Buffer.concat(parts), 'buffer');

function digestOf(prefix: string, salt: Buffer, password: Buffer): string {
  let digest = firstDigest(prefix, salt, password);
  for (let round = 0; round < 1000; round += 1) {
    digest = md5(
      round % 2 ? password : digest,
      round % 3 ? salt : empty,
      round % 7 ? password : empty,
      round % 2 ? digest : password,
    );
  }
  return cryptBase64.encode(Buffer.from(order.map((index) => digest.readUInt8(index))));
}

function firstDigest(prefix: string, salt: Buffer, password: Buffer): Buffer {
  const inner = md5(password, salt, password);
  const stretched = Buffer.alloc(password.length, inner);
  return md5(password, Buffer.from(prefix), salt, stretched, lengthBits(password));
}

/** Appends a NUL for each 1 bit of the length and the first character for each 0 bit, as in the original of 1994. */
function lengthBits(password: Buffer): Buffer {
  const bytes: number[] = [];
  for (let bits = password.length; bits > 0; bits >>= 1) bytes.push(bits & 1 ? 0 : (password[0] ?? 0));
  return Buffer.from(bytes);
}

const empty = Buffer.alloc(0);

/** The order of the digest bytes in the output, in groups of three, lowest first. */
const order = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];
