import { Buffer } from 'node:buffer';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = Math.floor(Date.now() / 1000);

/** A user pool as far as its tokens go: it publishes its key, and makes tokens as Cognito writes them. */
export async function startTokenPool() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}/pool`;
  const clientId = 'clientofthebenchmarks';
  const token = (claims) => {
    const common = { iss: issuer, origin_jti: randomUUID(), jti: randomUUID() };
    const times = { auth_time: now, iat: now, exp: now + 86_400 };
    const input = `${encode({ kid: jwk.kid, alg: 'RS256' })}.${encode({ ...common, ...claims, ...times })}`;
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
  };
  return {
    jwk,
    issuer,
    clientId,
    accessToken: (sub) =>
      token({
        sub,
        token_use: 'access',
        client_id: clientId,
        scope: 'aws.cognito.signin.user.admin',
        username: sub,
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
