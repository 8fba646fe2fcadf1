import { createHmac, hkdfSync } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type SecretsConfig, secretsConfig } from '../config/sessions.config.js';

/** Each purpose has its own key, so that a value sealed for one purpose is invalid for all others. */
export type Purpose =
  | 'challenge-session'
  | 'session-tokens'
  | 'reset-cookie'
  | 'page-step'
  | 'page-enrolment'
  | 'device-cookie'
  | 'recent-proof'
  | 'account-failures'
  | 'decoy-hashes'
  | 'password-tags'
  | 'legacy-hashes'
  | 'rate-limits'
  | 'outbox'
  | 'acme-keys';

/** Keys derived from `SESSION_SECRETS` (HKDF, RFC 5869). */
@Injectable()
export class KeyRing {
  private readonly secrets: readonly string[];
  private readonly derived = new Map<Purpose, Buffer[]>();

  constructor(@Inject(secretsConfig.KEY) config: SecretsConfig) {
    this.secrets = config.sessionSecrets;
  }

  /** Keys of 32 bytes, newest secret first. Seal with the first; unseal with any. */
  derive(purpose: Purpose): Buffer[] {
    const known = this.derived.get(purpose);
    if (known) return known;
    const keys = this.secrets.map((secret) =>
      Buffer.from(hkdfSync('sha256', secret, '', `usher ${purpose}`, 32)),
    );
    this.derived.set(purpose, keys);
    return keys;
  }

  /** HMAC-SHA-256 with the newest key, for values that are compared but not stored. */
  digest(purpose: Purpose, value: string): Buffer {
    const [newest] = this.derive(purpose);
    return createHmac('sha256', newest ?? '')
      .update(value)
      .digest();
  }
}
