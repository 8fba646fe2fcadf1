/**
 * yescrypt's key derivation with its default flags (YESCRYPT_RW_DEFAULTS: six rounds, gather 4, simple 2, 12 KiB of
 * S-boxes). Follows the reference implementation (openwall.com/yescrypt, yescrypt-ref.c) and uses its names.
 */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { blockmixPwxform, blockmixSalsa8, SBoxes, xorInto } from './yescrypt-mix.js';

export interface YescryptCost {
  N: number;
  r: number;
  p: number;
  /** Extra passes. */
  t: number;
}

/** @returns 32 bytes, SCRAM's "stored key" of the derived key */
export function yescryptKey(password: string, salt: Buffer, cost: YescryptCost): Buffer {
  const { N, r, p } = cost;
  // A large derivation starts with a small one (prehash), as in the reference implementation.
  const isLarge = N / p >= 0x100 && (N / p) * r >= 0x20000;
  const start = isLarge
    ? derive(hmac('yescrypt-prehash', password), salt, { ...cost, N: N / 64, t: 0 })
    : password;
  const key = derive(hmac('yescrypt', start), salt, cost);
  return createHash('sha256').update(hmac(key, 'Client Key')).digest();
}

const hmac = (key: string | Buffer, message: string | Buffer): Buffer =>
  createHmac('sha256', key).update(message).digest();

const pbkdf2 = (password: Buffer, salt: Buffer, bytes: number): Buffer =>
  pbkdf2Sync(password, salt, 1, bytes, 'sha256');

function derive(password: Buffer, salt: Buffer, cost: YescryptCost): Buffer {
  const bytes = pbkdf2(password, salt, cost.p * 128 * cost.r);
  const lanes = Array.from({ length: cost.p }, (_, lane) =>
    bytes.subarray(lane * 128 * cost.r, (lane + 1) * 128 * cost.r),
  );
  const mixed = smix(lanes, bytes.subarray(0, 32), cost);
  return pbkdf2(mixed, bytes, 32);
}

/** Mixes the lanes in place. @returns the password for the final step */
function smix(lanes: Buffer[], seed: Buffer, { N, r, p, t }: YescryptCost): Buffer {
  const words = 32 * r;
  const V = new Uint32Array(N * words);
  const chunk = Math.floor(N / p / 2) * 2;
  const loops = loopsOf(Math.floor(N / p), p, t);
  let password: Buffer = Buffer.from(seed);
  const boxes = lanes.map((lane, index) => {
    const sboxes = makeSBoxes(lane.subarray(0, 128));
    if (index === 0) password = hmac(lane.subarray(-64), password);
    const own = V.subarray(index * chunk * words, index === p - 1 ? undefined : (index + 1) * chunk * words);
    const X = load(lane);
    fill(X, own, (block) => blockmixPwxform(block, sboxes), true);
    revisit(X, own.subarray(0, powerOfTwoBelow(own.length / words) * words), sboxes, {
      loops: loops.readWrite,
      write: true,
    });
    store(X, lane);
    return sboxes;
  });
  lanes.forEach((lane, index) => {
    const X = load(lane);
    revisit(X, V, boxes[index]!, { loops: loops.readOnly, write: false });
    store(X, lane);
  });
  return password;
}

function loopsOf(chunk: number, p: number, t: number) {
  const even = (count: number) => count + (count % 2);
  const all = t > 1 ? chunk * (t - 1) : Math.floor((chunk * (t === 1 ? 2 : 1) + 2) / 3);
  const readWrite = even(Math.floor(all / p));
  return { readWrite, readOnly: Math.max(0, even(all) - readWrite) };
}

/** The S-boxes are scrypt's memory of the lane's first 128 bytes. */
function makeSBoxes(seed: Buffer): SBoxes {
  const S = new Uint32Array(96 * 32);
  const X = load(seed);
  fill(X, S, blockmixSalsa8, false);
  store(X, seed);
  return new SBoxes(S);
}

/** smix1: fills the memory with states. With `wrap` each state after the second one mixes in an earlier one. */
function fill(X: Uint32Array, V: Uint32Array, mix: (X: Uint32Array) => void, wrap: boolean): void {
  const blocks = V.length / X.length;
  for (let i = 0; i < blocks; i += 1) {
    V.set(X, i * X.length);
    if (wrap && i > 1) {
      const window = powerOfTwoBelow(i);
      xorInto(X, V, ((integerify(X) & (window - 1)) + (i - window)) * X.length);
    }
    mix(X);
  }
}

/** smix2: mixes in blocks selected by the state, and with `write` replaces them by the state. */
function revisit(
  X: Uint32Array,
  V: Uint32Array,
  boxes: SBoxes,
  { loops, write }: { loops: number; write: boolean },
): void {
  const mask = V.length / X.length - 1;
  for (let i = 0; i < loops; i += 1) {
    const at = (integerify(X) & mask) * X.length;
    xorInto(X, V, at);
    if (write) V.set(X, at);
    blockmixPwxform(X, boxes);
  }
}

const integerify = (X: Uint32Array): number => X[X.length - 16]!;

const powerOfTwoBelow = (count: number): number => 2 ** Math.floor(Math.log2(count));

/** Little-endian words, in the order that the reference implementation uses for vector instructions. */
function load(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(shuffled(at)));
}

function store(X: Uint32Array, bytes: Buffer): void {
  X.forEach((word, at) => bytes.writeUInt32LE(word, shuffled(at)));
}

const shuffled = (at: number): number => 4 * ((at & ~15) + ((at * 5) & 15));
