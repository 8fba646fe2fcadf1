import { base64, decodeHex, phcBase64 } from './encodings.js';
import { springScrypt } from './layouts.js';

/** Converts the payload of a label to a layout that a scheme reads; `undefined` if the label does not allow this payload. */
type Rewrite = (payload: string) => string | undefined;

const matching =
  (form: RegExp): Rewrite =>
  (payload) =>
    form.test(payload) ? payload : undefined;

const bcrypt = matching(/^\$2[abxy]?\$/);
const argon2 = matching(/^\$argon2(?:id|i|d)\$/);

/** Labels of self-describing strings, from RFC 2307, OpenLDAP, Dovecot and Spring Security. */
const around = new Map<string, Rewrite>([
  ['CRYPT', matching(/^\$(?:1|2[abxy]?|5|6|7|y)\$/)],
  ['MD5-CRYPT', matching(/^\$1\$/)],
  ['BLF-CRYPT', bcrypt],
  ['BCRYPT', bcrypt],
  ['SHA256-CRYPT', matching(/^\$5\$/)],
  ['SHA512-CRYPT', matching(/^\$6\$/)],
  ['ARGON2', argon2],
  ['ARGON2@SPRINGSECURITY_V5_8', argon2],
  ['ARGON2I', matching(/^\$argon2i\$/)],
  ['ARGON2ID', matching(/^\$argon2id\$/)],
]);

/** Directories write base64; Dovecot and Spring's unsalted MessageDigestPasswordEncoder also write hexadecimal digits. */
const digest =
  (label: string, bytes: number): Rewrite =>
  (payload) => {
    const decoded = decodeHex(payload, bytes);
    return `{${label}}${decoded ? base64.encode(decoded) : payload}`;
  };

/** Spring's MessageDigestPasswordEncoder puts a salt in braces before the digest. */
const digestOfSpring = (label: string, unsalted: Rewrite): [string, Rewrite] => [
  label,
  (payload) => (payload.startsWith('{') ? `{${label}}${payload}` : unsalted(payload)),
];

const unchanged = (label: string): [string, Rewrite] => [label, (payload) => `{${label}}${payload}`];

const [md5, sha1, sha256, sha384, sha512] = [
  digest('MD5', 16),
  digest('SHA', 20),
  digest('SHA256', 32),
  digest('SHA384', 48),
  digest('SHA512', 64),
];

/** Dovecot's "MD5" is either MD5-CRYPT or PLAIN-MD5 (password-scheme.c). */
const eitherMd5: Rewrite = (payload) => (payload.startsWith('$1$') ? payload : md5(payload));

/**
 * Spring's StandardPasswordEncoder also writes `{SHA256}`; its longer payload is passed on unchanged. SHA-512 is not a default
 * of Spring, but applications add it.
 */
const digests = new Map<string, Rewrite>([
  digestOfSpring('MD5', eitherMd5),
  digestOfSpring('SHA-1', sha1),
  digestOfSpring('SHA-256', sha256),
  digestOfSpring('SHA-512', sha512),
  ['PLAIN-MD5', md5],
  ['LDAP-MD5', md5],
  ['SHA', sha1],
  ['SHA1', sha1],
  ['SHA256', sha256],
  ['SHA384', sha384],
  ['SHA512', sha512],
  unchanged('SMD5'),
  unchanged('SSHA'),
  unchanged('SSHA256'),
  unchanged('SSHA384'),
  unchanged('SSHA512'),
  unchanged('PKCS5S2'),
]);

const phcPbkdf2 = (hash: string, iterations: number | string, salt: Buffer, key: Buffer): string =>
  `$pbkdf2-${hash}$i=${iterations},l=${key.length}$${phcBase64.encode(salt)}$${phcBase64.encode(key)}`;

/** OpenLDAP's pw-pbkdf2 and passlib's `ldap_pbkdf2_*`: iterations, salt and digest in passlib's format. */
const openLdapPbkdf2 =
  (hash: string): Rewrite =>
  (payload) =>
    /^[1-9]\d*\$/.test(payload) ? `$pbkdf2${hash}$${payload}` : undefined;

/** Dovecot's PBKDF2 with SHA-1: `$1$`, salt as text, iterations, 20 bytes in hexadecimal (password-scheme-pbkdf2.c). */
const dovecotPbkdf2: Rewrite = (payload) => {
  const [, salt = '', iterations = '', hex = ''] =
    /^\$1\$([^$]{1,128})\$([1-9]\d{0,9})\$([0-9A-Fa-f]{40})$/.exec(payload) ?? [];
  const key = decodeHex(hex, 20);
  return key && phcPbkdf2('sha1', iterations, Buffer.from(salt), key);
};

/** Spring's Pbkdf2PasswordEncoder: salt and digest joined. The length distinguishes the defaults before and since 5.8. */
const springPbkdf2 =
  (...lengths: number[]): Rewrite =>
  (payload) => {
    const bytes = decodeHex(payload, payload.length / 2) ?? base64.decode(payload);
    if (!bytes || !lengths.includes(bytes.length)) return undefined;
    return bytes.length === 40
      ? phcPbkdf2('sha1', 185_000, bytes.subarray(0, 8), bytes.subarray(8))
      : phcPbkdf2('sha256', 310_000, bytes.subarray(0, 16), bytes.subarray(16));
  };

const firstOf =
  (...rewrites: Rewrite[]): Rewrite =>
  (payload) =>
    rewrites.map((rewrite) => rewrite(payload)).find((rewritten) => rewritten !== undefined);

const others = new Map<string, Rewrite>([
  ['PBKDF2', firstOf(openLdapPbkdf2(''), dovecotPbkdf2, springPbkdf2(40, 48))],
  ['PBKDF2-SHA1', openLdapPbkdf2('')],
  ['PBKDF2-SHA256', openLdapPbkdf2('-sha256')],
  ['PBKDF2-SHA512', openLdapPbkdf2('-sha512')],
  ['PBKDF2@SPRINGSECURITY_V5_8', springPbkdf2(48)],
  ['SCRYPT', springScrypt],
  ['SCRYPT@SPRINGSECURITY_V5_8', springScrypt],
  ['LDAP', (payload) => (/^\{S?SHA\}/i.test(payload) ? withoutLabel(payload) : undefined)],
]);

/**
 * In capitals. `around`: labels of self-describing strings. The SQL that counts formats contains these lists, so a change needs
 * a migration that sets `usher.installation.blocked_when` to NULL (migration-counts.sql.ts).
 */
export const labels = { around: [...around.keys()], alone: [...digests.keys(), ...others.keys()] };

const form = /^\{([A-Za-z0-9@_-]{1,40})(?:\.(hex|b64|base64))?\}([^]*)$/i;

/**
 * Names are case-insensitive (RFC 2307 section 5.3).
 * @returns `undefined` for a string without a label, an unknown label or a payload that the label does not allow
 */
export function withoutLabel(stored: string): string | undefined {
  const [, label = '', encoding, payload = ''] = form.exec(stored) ?? [];
  const name = label.toUpperCase();
  if (encoding === undefined) return (around.get(name) ?? digests.get(name) ?? others.get(name))?.(payload);
  const bytes = decodeAs(encoding.toLowerCase(), payload);
  return bytes && (digests.get(name)?.(base64.encode(bytes)) ?? around.get(name)?.(bytes.toString()));
}

/** Whether the string has a label of `labels`, whatever follows it. */
export function hasKnownLabel(stored: string): boolean {
  const name = form.exec(stored)?.[1]?.toUpperCase() ?? '';
  return around.has(name) || digests.has(name) || others.has(name);
}

/** Dovecot's scheme suffixes: the encoding of the bytes of a digest or of the characters of a crypt(3) string. */
const decodeAs = (encoding: string, payload: string): Buffer | undefined =>
  encoding === 'hex' ? decodeHex(payload, payload.length / 2) : base64.decode(payload);
