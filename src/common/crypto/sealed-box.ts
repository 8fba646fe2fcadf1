import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { KeyRing, type Purpose } from './key-ring.js';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Encrypts and authenticates values that leave this process and come back, with an optional expiry. */
@Injectable()
export class SealedBox {
  constructor(
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** @param value any JSON @param seconds until it expires; by default never @returns base64url */
  seal(purpose: Purpose, value: unknown, seconds?: number): string {
    const [key] = this.keys.derive(purpose);
    if (key === undefined) throw new TypeError('SESSION_SECRETS is empty');
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, key, iv);
    const until = seconds === undefined ? undefined : this.clock.now().getTime() + seconds * 1000;
    const text = JSON.stringify({ value, until });
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** The sealed value; `undefined` if the string is forged, was sealed for another purpose or has expired. */
  unseal(purpose: Purpose, sealed: string): unknown {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length <= ivBytes + tagBytes) return undefined;
    for (const key of this.keys.derive(purpose)) {
      const text = decrypt(key, bytes);
      if (text === undefined) continue;
      const { value, until } = JSON.parse(text) as { value: unknown; until?: number };
      return until === undefined || until > this.clock.now().getTime() ? value : undefined;
    }
    return undefined;
  }
}

function decrypt(key: Buffer, bytes: Buffer): string | undefined {
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // Sealed with another key, or modified.
    return undefined;
  }
}
