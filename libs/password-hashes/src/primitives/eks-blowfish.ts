/**
 * bcrypt's key schedule and cipher (Provos and Mazières, "A Future-Adaptable Password Scheme", 1999). The caller passes the
 * 18 words of the key, because `$2x$` derives them differently from bcryptjs.
 */
interface State {
  /** The 18 round keys. */
  p: Uint32Array;
  /** The four S-boxes, concatenated. */
  s: Uint32Array;
}

const ROUND_KEYS = 18;
const BOXES = 4 * 256;

/** @returns 23 bytes: bcrypt omits the last of its 24 */
export function eksBlowfish(key: Uint32Array, salt: Buffer, cost: number): Buffer {
  const state = initialState();
  const saltWords = bigEndianWords(salt);
  const nothing = new Uint32Array(4);
  expandKey(state, saltWords, key);
  for (let left = 2 ** cost; left > 0; left -= 1) {
    expandKey(state, nothing, key);
    expandKey(state, nothing, saltWords);
  }
  const text = bigEndianWords(Buffer.from('OrpheanBeholderScryDoubt'));
  for (let at = 0; at < text.length; at += 2) {
    for (let time = 0; time < 64; time += 1) encipher(state, text, at);
  }
  const bytes = Buffer.alloc(24);
  text.forEach((word, index) => bytes.writeUInt32BE(word, 4 * index));
  return bytes.subarray(0, 23);
}

function expandKey(state: State, salt: Uint32Array, key: Uint32Array): void {
  const { p, s } = state;
  for (let i = 0; i < ROUND_KEYS; i += 1) p[i]! ^= key[i % key.length]!;
  const block = new Uint32Array(2);
  let turn = 0;
  for (const table of [p, s]) {
    for (let i = 0; i < table.length; i += 2) {
      block[0]! ^= salt[turn]!;
      block[1]! ^= salt[turn + 1]!;
      encipher(state, block, 0);
      table[i] = block[0]!;
      table[i + 1] = block[1]!;
      turn = (turn + 2) % 4;
    }
  }
}

function encipher({ p, s }: State, words: Uint32Array, at: number): void {
  let left = words[at]! ^ p[0]!;
  let right = words[at + 1]!;
  for (let round = 1; round <= 16; round += 2) {
    right ^= feistel(s, left) ^ p[round]!;
    left ^= feistel(s, right) ^ p[round + 1]!;
  }
  words[at] = right ^ p[17]!;
  words[at + 1] = left;
}

const feistel = (s: Uint32Array, x: number): number =>
  (((s[x >>> 24]! + s[256 + ((x >>> 16) & 255)]!) ^ s[512 + ((x >>> 8) & 255)]!) + s[768 + (x & 255)]!) | 0;

function bigEndianWords(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(4 * index));
}

let piWords: Uint32Array | undefined;

function initialState(): State {
  piWords ??= fractionOfPi(ROUND_KEYS + BOXES);
  return { p: piWords.slice(0, ROUND_KEYS), s: piWords.slice(ROUND_KEYS) };
}

/** Blowfish is initialised with the digits of pi. Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239). */
function fractionOfPi(words: number): Uint32Array {
  const spareBits = 32n;
  const one = 1n << (BigInt(words) * 32n + spareBits);
  const pi = (16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one)) >> spareBits;
  const digits = (pi & ((one >> spareBits) - 1n)).toString(16).padStart(8 * words, '0');
  return bigEndianWords(Buffer.from(digits, 'hex'));
}

function arctanOfInverse(x: bigint, one: bigint): bigint {
  let power = one / x;
  let sum = power;
  for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
    power /= x * x;
    sum += (sign * power) / n;
  }
  return sum;
}
