import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Client } from '../state/records.js';
import { notAuthorized } from '../wire/errors.js';

/** Base64(HMAC-SHA256(client secret, username + client id)), for clients that have a secret. */
export function checkSecretHash(client: Client, username: string, given: string | undefined): void {
  if (client.secret === undefined) {
    if (given !== undefined) throw notAuthorized(`Unable to verify secret hash for client ${client.id}`);
    return;
  }
  if (given === undefined) {
    throw notAuthorized(`Client ${client.id} is configured with secret but SECRET_HASH was not received`);
  }
  const expected = createHmac('sha256', client.secret).update(`${username}${client.id}`).digest('base64');
  if (!isSameText(expected, given)) {
    throw notAuthorized(`Unable to verify secret hash for client ${client.id}`);
  }
}

/** In constant time. */
export function isSameText(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
