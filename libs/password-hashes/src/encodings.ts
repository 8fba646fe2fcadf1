/** An encoding of bytes. `decode` accepts only the output of `encode`, so each value has one encoding. */
export interface Encoding {
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: string) => Buffer | undefined;
}

function strict(encode: (bytes: Buffer) => string, decode: (text: string) => Buffer): Encoding {
  return {
    encode: (bytes) => encode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    decode(text) {
      const bytes = decode(text);
      return encode(bytes) === text ? bytes : undefined;
    },
  };
}

function withoutPadding(text: string): string {
  const end = text.indexOf('=');
  return end < 0 ? text : text.slice(0, end);
}

/** RFC 4648, section 4. */
export const base64 = strict(
  (bytes) => bytes.toString('base64'),
  (text) => Buffer.from(text, 'base64'),
);

/** RFC 4648, section 5, with padding. */
export const urlSafeBase64 = strict(
  (bytes) => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  (text) => Buffer.from(text, 'base64url'),
);

/** Without padding, as in the PHC string format. */
export const phcBase64 = strict(
  (bytes) => withoutPadding(bytes.toString('base64')),
  (text) => Buffer.from(text, 'base64'),
);

/** passlib's "adapted base64": without padding, and "." for "+". */
export const adaptedBase64 = strict(
  (bytes) => withoutPadding(bytes.toString('base64')).replaceAll('+', '.'),
  (text) => Buffer.from(text.replaceAll('.', '+'), 'base64'),
);

const standardAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const bcryptAlphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const translate = (text: string, from: string, to: string): string =>
  [...text].map((digit) => to.charAt(from.indexOf(digit))).join('');

/** bcrypt's base64: a different alphabet, without padding. */
export const bcryptBase64 = strict(
  (bytes) => translate(withoutPadding(bytes.toString('base64')), standardAlphabet, bcryptAlphabet),
  (text) => Buffer.from(translate(text, bcryptAlphabet, standardAlphabet), 'base64'),
);

/** All upper case or all lower case: a string with mixed case is refused. */
const hexadecimal = /^(?:[0-9a-f]+|[0-9A-F]+)$/;

/** @returns `undefined` unless the text encodes exactly `bytes` bytes */
export const decodeHex = (text: string, bytes: number): Buffer | undefined =>
  Number.isInteger(bytes) && text.length === 2 * bytes && hexadecimal.test(text)
    ? Buffer.from(text, 'hex')
    : undefined;

/**
 * Whether a digest of variable length is likely complete. Implementations write 16 bytes or more, in words of 4 bytes; a column
 * that is too short leaves other lengths.
 */
export const isDigestLength = (bytes: number): boolean => bytes >= 16 && bytes % 4 === 0;

/** Hexadecimal digits in lower case. */
export const lowerCaseHex = strict(
  (bytes) => bytes.toString('hex'),
  (text) => Buffer.from(text, 'hex'),
);

/** The alphabet of crypt(3), whose index is the value. */
export const cryptAlphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** crypt(3)'s base64: three bytes are one little-endian number, written from its lowest six bits up; no padding. */
export const cryptBase64: Encoding = strict(encodeCrypt, decodeCrypt);

/** Whether the text of this alphabet encodes exactly `bytes` bytes (no multiple of 3): the last digit of others is larger. */
export function isCryptDigest(text: string, bytes: number): boolean {
  const ownBits = (8 * bytes) % 6;
  return text.length === Math.ceil((8 * bytes) / 6) && cryptAlphabet.indexOf(text.slice(-1)) < 2 ** ownBits;
}

function encodeCrypt(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = bytes.subarray(at, at + 3);
    const value = group.reduce((sum, byte, index) => sum | (byte << (8 * index)), 0);
    for (let digit = 0; digit <= group.length; digit += 1) {
      text += cryptAlphabet.charAt((value >> (6 * digit)) & 63);
    }
  }
  return text;
}

function decodeCrypt(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 4) {
    const group = [...text.slice(at, at + 4)].map((digit) => cryptAlphabet.indexOf(digit));
    const value = group.reduce((sum, digit, index) => sum | (digit << (6 * index)), 0);
    for (let byte = 0; byte < group.length - 1; byte += 1) bytes.push((value >> (8 * byte)) & 255);
  }
  return Buffer.from(bytes);
}
