import { createHmac } from 'node:crypto';
import { Keys } from '../../platform/crypto/keys.js';

/** With 64 tags a link that was sent again is checked against a sixty-fourth of what a stranger has flooded it with. */
const tags = 64;

/**
 * Six keyed bits of a password for each of `SESSION_SECRETS`, newest first. They select among the pending sign-ups of an address
 * those that can match, because each full check takes a third of a second.
 */
export function passwordTags(keys: Keys, password: string): number[] {
  return keys
    .derive('password-tags')
    .map((key) => (createHmac('sha256', key).update(password).digest()[0] ?? 0) % tags);
}
