import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { Keys, type Purpose } from './keys.js';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Values that leave this process and come back: encrypted, authenticated, and only good for a time. */
@Injectable()
export class Seal {
  constructor(
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** A base64url string that holds `value` (any JSON) for `seconds`, or as long as its key is known. */
  close(purpose: Purpose, value: unknown, seconds?: number): string {
    const [key] = this.keys.derive(purpose);
    if (key === undefined) throw new TypeError('SESSION_SECRETS is empty');
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, key, iv);
    const until = seconds === undefined ? undefined : this.clock.now().getTime() + seconds * 1000;
    const text = JSON.stringify({ value, until });
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** What was sealed, or `undefined` when the string is not ours, was made for something else or is too old. */
  open(purpose: Purpose, sealed: string): unknown {
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
    // Another key, or tampered with: not ours either way.
    return undefined;
  }
}
