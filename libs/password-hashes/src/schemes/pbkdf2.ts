import { pbkdf2Sync } from 'node:crypto';
import { comparing } from '../compare.js';
import {
  adaptedBase64,
  base64,
  type Encoding,
  isDigestLength,
  lowerCaseHex,
  phcBase64,
} from '../encodings.js';
import type { ImportableHash, Refusal, Scheme, StoredHash } from '../scheme.js';

export type Pbkdf2Hash = 'sha1' | 'sha256' | 'sha512';

export interface Pbkdf2 {
  hash: Pbkdf2Hash;
  iterations: number;
  salt: Uint8Array | undefined;
  /** The encoded digest of the stored string. */
  digest: string;
  encoding: Encoding;
}

const blockBytes = { sha1: 20, sha256: 32, sha512: 64 };

/**
 * Iterations times output blocks. 1,000,000 take 0.2 s of CPU time with SHA-256 and 0.5 s with SHA-512. Django 6.0
 * uses 1,200,000 and each release increases the number.
 */
const mostWork = 3_000_000;

/** OWASP's password storage cheat sheet. */
const wantedIterations = { sha1: 1_300_000, sha256: 600_000, sha512: 210_000 };

export function pbkdf2({ hash, iterations, salt, digest, encoding }: Pbkdf2): StoredHash | Refusal {
  const expected = encoding.decode(digest);
  if (!salt || !expected || !isDigestLength(expected.length) || iterations < 1) return 'impossible';
  const bytes = expected.length;
  if (iterations * Math.ceil(bytes / blockBytes[hash]) > mostWork) return 'too_costly';
  return comparing({
    digest,
    digestOf: (password) => encoding.encode(pbkdf2Sync(password, salt, iterations, bytes, hash)),
    forImport: hash === 'sha256' ? () => forImport(iterations, salt, expected) : undefined,
    cost: `${hash},i=${iterations},l=${bytes}`,
    outdated: iterations < wantedIterations[hash],
  });
}

const forImport = (iterations: number, salt: Uint8Array, digest: Uint8Array): ImportableHash => ({
  algorithm: 'PBKDF2_SHA256',
  iterations,
  salt,
  digest,
});

// passlib allows up to 1,024 bytes of salt
const passlibForm =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$([1-9]\d{0,9})\$([A-Za-z0-9./]{0,1366})\$([A-Za-z0-9./]{20,171})$/;

// $pbkdf2-sha256$i=600000,l=32$salt$digest
const phcForm =
  /^\$pbkdf2-(sha1|sha256|sha512)\$i=([1-9]\d{0,9})(?:,l=([1-9]\d{0,3}))?\$([A-Za-z0-9+/]{0,1366})\$([A-Za-z0-9+/]{20,171})$/;

const markers = {
  sha1: ['$pbkdf2$', '$pbkdf2-sha1$'],
  sha256: ['$pbkdf2-sha256$'],
  sha512: ['$pbkdf2-sha512$'],
};

/** passlib's, whose SHA-1 form has no suffix, and the PHC string format's. */
export const pbkdf2Scheme = (hash: Pbkdf2Hash): Scheme => ({
  parse(stored) {
    if (!markers[hash].some((marker) => stored.startsWith(marker))) return undefined;
    const parsed = readPasslib(stored) ?? readPhc(stored);
    return parsed ? pbkdf2(parsed) : 'impossible';
  },
});

function readPasslib(stored: string): Pbkdf2 | undefined {
  const [match, hash = 'sha1', iterations, salt = '', digest = ''] = passlibForm.exec(stored) ?? [];
  const encoding = adaptedBase64;
  // passlib and OpenLDAP write as many bytes as the hash has.
  const isComplete = encoding.decode(digest)?.length === blockBytes[hash as Pbkdf2Hash];
  if (match === undefined || !isComplete) return undefined;
  return {
    hash: hash as Pbkdf2Hash,
    iterations: Number(iterations),
    salt: encoding.decode(salt),
    digest,
    encoding,
  };
}

function readPhc(stored: string): Pbkdf2 | undefined {
  const [match, hash, iterations, length, salt = '', digest = ''] = phcForm.exec(stored) ?? [];
  const encoding = phcBase64;
  const bytes = encoding.decode(digest)?.length;
  if (match === undefined || Number(length ?? bytes) !== bytes) return undefined;
  return {
    hash: hash as Pbkdf2Hash,
    iterations: Number(iterations),
    salt: encoding.decode(salt),
    digest,
    encoding,
  };
}

const djangoForm = /^([1-9]\d{0,9})\$([^$]{1,128})\$([A-Za-z0-9+/]{27,86}={0,2})$/;

/** Django's PBKDF2PasswordHasher: salt as text, as many bytes as the hash has. */
export const djangoPbkdf2Scheme = (hash: Pbkdf2Hash, marker = `pbkdf2_${hash}$`): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(marker)) return undefined;
    const [, iterations, salt = '', digest = ''] = djangoForm.exec(stored.slice(marker.length)) ?? [];
    if (base64.decode(digest)?.length !== blockBytes[hash]) return 'impossible';
    const encoding = base64;
    return pbkdf2({ hash, iterations: Number(iterations), salt: Buffer.from(salt), digest, encoding });
  },
});

const werkzeugForm = /^pbkdf2:(sha1|sha256|sha512):([1-9]\d{0,9})\$([^$]{1,128})\$([0-9a-f]{40,128})$/;

/** Werkzeug: salt as text, as many bytes as the hash has, in hexadecimal. */
export const werkzeugPbkdf2Scheme: Scheme = {
  parse(stored) {
    if (!stored.startsWith('pbkdf2:')) return undefined;
    const [match, name, iterations, salt = '', digest = ''] = werkzeugForm.exec(stored) ?? [];
    const hash = name as Pbkdf2Hash;
    if (match === undefined || digest.length !== 2 * blockBytes[hash]) return 'impossible';
    const encoding = lowerCaseHex;
    return pbkdf2({ hash, iterations: Number(iterations), salt: Buffer.from(salt), digest, encoding });
  },
};

const atlassianPrefix = '{PKCS5S2}';

/** Atlassian (Jira, Confluence, Crowd): 16 bytes of salt and 32 of digest; always SHA-1 and 10,000 iterations. */
export const atlassianScheme: Scheme = {
  parse(stored) {
    if (!stored.startsWith(atlassianPrefix)) return undefined;
    const bytes = base64.decode(stored.slice(atlassianPrefix.length));
    if (bytes?.length !== 48) return 'impossible';
    return pbkdf2(binary('sha1', 10_000, bytes.subarray(0, 16), bytes.subarray(16)));
  },
};

/** For formats with salt and digest in one byte sequence. */
export const binary = (hash: Pbkdf2Hash, iterations: number, salt: Buffer, digest: Buffer): Pbkdf2 => ({
  hash,
  iterations,
  salt,
  digest: base64.encode(digest),
  encoding: base64,
});
