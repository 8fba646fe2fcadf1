import { createHmac, hkdfSync } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';

/** What a key is for. One label a purpose, so that a string made for one can never be used for another. */
export type Purpose =
  | 'challenge-session'
  | 'session-tokens'
  | 'reset-cookie'
  | 'account-failures'
  | 'password-tags'
  | 'rate-limits'
  | 'outbox'
  | 'acme-keys';

/** Keys derived from `SESSION_SECRETS` (HKDF, RFC 5869). */
@Injectable()
export class Keys {
  private readonly secrets: readonly string[];
  private readonly derived = new Map<Purpose, Buffer[]>();

  /** @param config the API's, or the little of it that a command has read */
  constructor(@Inject(Config) config: Pick<Config, 'sessionSecrets'>) {
    this.secrets = config.sessionSecrets;
  }

  /** 32 bytes each, newest secret first: make with the first, accept all. */
  derive(purpose: Purpose): Buffer[] {
    const known = this.derived.get(purpose);
    if (known) return known;
    const keys = this.secrets.map((secret) =>
      Buffer.from(hkdfSync('sha256', secret, '', `usher ${purpose}`, 32)),
    );
    this.derived.set(purpose, keys);
    return keys;
  }

  /** A digest that only holders of the newest secret can make: for values that must be compared but not kept. */
  digest(purpose: Purpose, value: string): Buffer {
    const [newest] = this.derive(purpose);
    return createHmac('sha256', newest ?? '')
      .update(value)
      .digest();
  }
}
