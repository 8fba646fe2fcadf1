import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const nonceLength = 12;
const tagLength = 16;

/**
 * An opaque string that only its pool can read, for refresh tokens, challenge sessions and
 * page tokens, so that nothing has to be stored. `purpose` prevents the use of one kind as another. `length` pads to
 * the length of Cognito's strings, so that tests detect a column or cookie that is too small.
 */
export function seal(key: Buffer, purpose: string, content: object, length = 0): string {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  const text = JSON.stringify(content).padEnd(Math.floor((length * 3) / 4) - nonceLength - tagLength);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url');
}

export function unseal(key: Buffer, purpose: string, sealed: string): unknown {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < nonceLength + tagLength) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength), {
    authTagLength: tagLength,
  });
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-tagLength));
  try {
    const body = decipher.update(bytes.subarray(nonceLength, -tagLength));
    return JSON.parse(Buffer.concat([body, decipher.final()]).toString('utf8'));
  } catch {
    return undefined;
  }
}
