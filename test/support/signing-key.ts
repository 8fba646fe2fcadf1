import { createHmac, generateKeyPairSync, randomUUID, sign as signData, type JsonWebKey } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Claims = Record<string, unknown>;

/** A key of a user pool that the test itself plays. */
export interface SigningKey {
  kid: string;
  /** The public half, as a pool publishes it. */
  jwk: JsonWebKey;
  /** A token (RS256) with the claims. The header can be changed, and is signed as it is. */
  sign(claims: Claims, header?: object): string;
  /** What a forger makes of the public half: HS256 with the text of the public key as the secret. */
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

/** Seconds since 1970, so many seconds from now. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** The claims of an access token as Cognito writes them (developer guide, "Understanding the access token"). */
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
  /** How often the keys were asked for. */
  downloads(): number;
  publish(...keys: SigningKey[]): void;
  /** Answers in another way until called with `undefined`. */
  answerWith(answer: ((response: ServerResponse) => void) | undefined): void;
  close(): Promise<void>;
}

/** Publishes keys as a user pool does. */
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
