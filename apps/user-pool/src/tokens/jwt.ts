import { sign, verify } from 'node:crypto';
import type { SigningKey } from './key-ring.js';

export type Claims = Record<string, unknown>;

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs in Node's thread pool, because RSA is the most expensive step of a sign-in. */
export function signJwt(key: SigningKey, claims: Claims): Promise<string> {
  const content = `${encode({ kid: key.kid, alg: 'RS256' })}.${encode(claims)}`;
  return new Promise((resolve, reject) => {
    sign('RSA-SHA256', Buffer.from(content), key.privateKey, (error, signature) => {
      if (error) reject(error);
      else resolve(`${content}.${signature.toString('base64url')}`);
    });
  });
}

/** Returns the claims of a token that this key signed with RS256; undefined for all others, with any header. */
export function readJwt(key: SigningKey, token: string): Claims | undefined {
  const [header, payload, signature, ...rest] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const { kid, alg } = parse(header) ?? {};
  if (kid !== key.kid || alg !== 'RS256') return undefined;
  const content = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', content, key.publicKey, Buffer.from(signature, 'base64url'))) return undefined;
  return parse(payload);
}

/** Unverified claims, used only to find the pool. */
export function readUnverified(token: string): Claims | undefined {
  return parse(token.split('.')[1] ?? '');
}

function parse(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
