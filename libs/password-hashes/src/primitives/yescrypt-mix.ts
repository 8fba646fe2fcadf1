/** Mixes one yescrypt state of 2r blocks of 16 words: Salsa20 and pwxform (names as in yescrypt-ref.c). */

const BLOCK = 16;
/** Words of one S-box: 256 entries of two 64-bit numbers. */
const SBOX = 1024;
const SBOX_MASK = 0xff0;
const ROUNDS = 6;

const { imul } = Math;

/** Three S-boxes of 4 KiB, which rotate and are modified during use. */
export class SBoxes {
  s0: Uint32Array;
  s1: Uint32Array;
  s2: Uint32Array;
  /** The next write position in `s2`, in words. */
  w = 0;

  constructor(S: Uint32Array) {
    this.s2 = S.subarray(0, SBOX);
    this.s1 = S.subarray(SBOX, 2 * SBOX);
    this.s0 = S.subarray(2 * SBOX);
  }

  turn(): void {
    [this.s0, this.s1, this.s2] = [this.s2, this.s0, this.s1];
    this.w &= SBOX - 1;
  }
}

export function xorInto(target: Uint32Array, source: Uint32Array, from: number): void {
  for (let i = 0; i < target.length; i += 1) target[i]! ^= source[from + i]!;
}

/** scrypt's BlockMix with Salsa20/8, in place. */
export function blockmixSalsa8(B: Uint32Array): void {
  const blocks = B.length / BLOCK;
  const X = B.slice(-BLOCK);
  const mixed = B.slice();
  for (let i = 0; i < blocks; i += 1) {
    xorInto(X, B, i * BLOCK);
    salsa20(X, 8);
    mixed.set(X, ((i >> 1) + (i & 1) * (blocks >> 1)) * BLOCK);
  }
  B.set(mixed);
}

/** In place. */
export function blockmixPwxform(B: Uint32Array, boxes: SBoxes): void {
  const X = B.slice(-BLOCK);
  for (let at = 0; at < B.length; at += BLOCK) {
    xorInto(X, B, at);
    pwxform(X, boxes);
    B.set(X, at);
  }
  salsa20(B.subarray(-BLOCK), 2);
}

/** Parallel wide transformation: each 64-bit number is the product of its halves, with two table entries mixed in. */
function pwxform(B: Uint32Array, boxes: SBoxes): void {
  const { s0, s1, s2 } = boxes;
  let { w } = boxes;
  for (let round = 0; round < ROUNDS; round += 1) {
    const writes = round !== 0 && round !== ROUNDS - 1;
    for (let lane = 0; lane < BLOCK; lane += 4) {
      const p0 = (B[lane]! & SBOX_MASK) >>> 2;
      const p1 = (B[lane + 1]! & SBOX_MASK) >>> 2;
      multiplyAddXor(B, lane, s0, p0, s1, p1);
      multiplyAddXor(B, lane + 2, s0, p0 + 2, s1, p1 + 2);
      if (!writes) continue;
      s2[w] = B[lane]!;
      s2[w + 1] = B[lane + 1]!;
      s2[w + 2] = B[lane + 2]!;
      s2[w + 3] = B[lane + 3]!;
      w += 4;
    }
  }
  boxes.w = w;
  boxes.turn();
}

/** B[at] (64 bits) = high half * low half + s0[p0], exclusive-or s1[p1]. */
// eslint-disable-next-line no-restricted-syntax -- called millions of times: an object for each call would cost more than the work
function multiplyAddXor(
  B: Uint32Array,
  at: number,
  s0: Uint32Array,
  p0: number,
  s1: Uint32Array,
  p1: number,
): void {
  const a = B[at]!;
  const b = B[at + 1]!;
  const added = s0[p0]!;
  const low = (imul(a, b) + added) >>> 0;
  const high = (highOfProduct(a, b) + s0[p0 + 1]! + (low < added ? 1 : 0)) | 0;
  B[at] = low ^ s1[p1]!;
  B[at + 1] = high ^ s1[p1 + 1]!;
}

/** The upper 32 bits of the 64-bit product of two 32-bit numbers. No step leaves 32 bits, so it stays in integers. */
function highOfProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (imul(aHigh, bLow) + (imul(aLow, bLow) >>> 16)) | 0;
  const other = (imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** Salsa20's core on a block whose words are kept in shuffled order. */
function salsa20(B: Uint32Array, rounds: number): void {
  const x = B.slice();
  for (let i = 0; i < BLOCK; i += 1) x[(i * 5) & 15] = B[i]!;
  for (let round = 0; round < rounds; round += 2) {
    for (let column = 0; column < 4; column += 1) {
      quarterRound(x, 5 * column, (5 * column + 4) & 15, (5 * column + 8) & 15, (5 * column + 12) & 15);
    }
    for (let row = 0; row < 4; row += 1) {
      const first = 4 * row;
      quarterRound(x, first + row, first + ((row + 1) & 3), first + ((row + 2) & 3), first + ((row + 3) & 3));
    }
  }
  for (let i = 0; i < BLOCK; i += 1) B[i]! += x[(i * 5) & 15]!;
}

// eslint-disable-next-line no-restricted-syntax -- called millions of times: an object for each call would cost more than the work
function quarterRound(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  x[b]! ^= rotated(x[a]! + x[d]!, 7);
  x[c]! ^= rotated(x[b]! + x[a]!, 9);
  x[d]! ^= rotated(x[c]! + x[b]!, 13);
  x[a]! ^= rotated(x[d]! + x[c]!, 18);
}

const rotated = (sum: number, bits: number): number => (sum << bits) | ((sum | 0) >>> (32 - bits));
