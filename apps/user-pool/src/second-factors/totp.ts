import { createHmac } from 'node:crypto';
import { second } from '../clock.js';
import type { Context } from '../context.js';
import { isSameText } from '../passwords/secret-hash.js';
import { codeMismatchOfFactor, ServiceError } from '../wire/errors.js';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const period = 30 * second;

/** 32 bytes, which base32 writes as 52 characters. */
export function newTotpSecret(context: Context): string {
  const bits = [...context.random.bytes(32)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

function decode(secret: string): Buffer {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** RFC 6238 with SHA-1 and six digits, as in authenticator apps. */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', decode(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export const totpStep = (context: Pick<Context, 'clock'>): number => Math.floor(context.clock.now() / period);

/**
 * Returns the time step of `code`: the current one or one step before or after it. An accepted code is refused the second
 * time, also at a sign-in right after enrolment.
 */
export function checkTotp(context: Context, secret: string, code: string, usedStep: number): number {
  const now = totpStep(context);
  const step = [now, now - 1, now + 1].find((candidate) => isSameText(totpCode(secret, candidate), code));
  if (step === undefined) throw codeMismatchOfFactor();
  if (step <= usedStep) {
    throw new ServiceError('ExpiredCodeException', 'Your software token has already been used once.');
  }
  return step;
}
