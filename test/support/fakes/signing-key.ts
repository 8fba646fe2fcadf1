import { createHmac, generateKeyPairSync, randomUUID, sign as signData, type JsonWebKey } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Claims = Record<string, unknown>;

/** The signing key of a simulated user pool. */
export interface SigningKey {
  kid: string;
  /** The public key in the format of a pool. */
  jwk: JsonWebKey;
  /** Signs a token (RS256) with these claims and optional header changes. */
  sign(claims: Claims, header?: object): string;
  /** A forged token: HS256 with the text of the public key as the secret. */
  forgeWithPublicKey(claims: Claims): string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function createSigningKey(kid: string = randomUUID()): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
  return {
    kid,
    jwk,
    sign: (claims, header = {}) => {
      const input = `${encode({ kid, alg: 'RS256', ...header })}.${encode(claims)}`;
      return `${input}.${signData('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
    },
    forgeWithPublicKey: (claims) => {
      const input = `${encode({ kid, alg: 'HS256' })}.${encode(claims)}`;
      const secret = publicKey.export({ format: 'pem', type: 'spki' });
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    },
  };
}

/** A Unix timestamp this number of seconds from now. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** The claims of an access token of Cognito (developer guide, "Understanding the access token"). */
export const accessClaims = (changes: Claims = {}): Claims => ({
  sub: randomUUID(),
  username: 'ada',
  token_use: 'access',
  client_id: 'the-client',
  scope: 'aws.cognito.signin.user.admin',
  origin_jti: randomUUID(),
  jti: randomUUID(),
  iat: inSeconds(0),
  exp: inSeconds(3600),
  ...changes,
});

export interface KeyServer {
  url: string;
  /** Number of requests for the keys. */
  downloads(): number;
  publish(...keys: SigningKey[]): void;
  /** Replaces the responses until called with `undefined`. */
  answerWith(answer: ((response: ServerResponse) => void) | undefined): void;
  close(): Promise<void>;
}

/** Publishes keys like a user pool. */
export async function startKeyServer(...first: SigningKey[]): Promise<KeyServer> {
  let keys = first;
  let downloads = 0;
  let takeOver: ((response: ServerResponse) => void) | undefined;
  const server = createServer((_request, response) => {
    downloads++;
    if (takeOver) return takeOver(response);
    response.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    downloads: () => downloads,
    publish: (...next) => (keys = next),
    answerWith: (answer) => (takeOver = answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
