import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  accessClaims,
  createSigningKey,
  inSeconds,
  type KeyServer,
  type SigningKey,
  startKeyServer,
} from '../support/fakes/signing-key.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

const issuer = 'https://pool.example.com/us-east-1_abc';
const sub = 'b1c7c9c8-0000-4000-8000-000000000001';
const ada = { id: 1, email: 'ada@example.com' };

let usher: Usher;
let server: KeyServer;
/** The current signing key of the pool. */
let current: SigningKey;
let email: string;

beforeAll(async () => {
  current = createSigningKey();
  server = await startKeyServer(current);
  usher = await startUsher({
    environment: {
      COGNITO_ISSUER: issuer,
      COGNITO_JWKS_URL: server.url,
      AWS_COGNITO_ACCEPTED_CLIENT_IDS: ' second , third ,',
    },
  });
  const rows = await usher.database.sql<{ email: string }>(
    'UPDATE users SET cognito_sub = $1, cognito_linked_at = now() WHERE id = $2 RETURNING email',
    [sub, ada.id],
  );
  email = rows[0]?.email ?? '';
});
afterAll(async () => {
  await usher.close();
  await server.close();
});
beforeEach(() => {
  server.answerWith(undefined);
  server.publish(current);
});

const claims = (changes: object = {}) =>
  accessClaims({ iss: issuer, sub, client_id: usher.clientId, ...changes });
const sign = (changes: object = {}, key = current) => key.sign(claims(changes));
const me = async (token: string) => {
  const { status, body } = await usher.api.get('/users/me', { authorization: `Bearer ${token}` });
  return { status, code: body.code, email: body.email };
};
const answered = () => ({ status: 200, code: undefined, email });
const refused = { status: 401, code: 'auth.token_invalid', email: undefined };

describe('an access token', () => {
  it('is accepted before the first download of keys', async () => {
    const before = server.downloads();
    expect(await me(sign())).toEqual(answered());
    expect(server.downloads()).toBe(before);
  });

  it.each([
    ['of our client', {}, 200],
    ['of the second client', { client_id: 'second' }, 200],
    ['of the third client', { client_id: 'third' }, 200],
    ['of a client that is not on the list', { client_id: 'fourth' }, 401],
    ['of another pool', { iss: 'https://pool.example.com/us-east-1_xyz' }, 401],
    ['that is an ID token', { token_use: 'id', aud: 'second' }, 401],
    ['that has expired', { exp: inSeconds(-60) }, 401],
    ['without a sub', { sub: undefined }, 401],
  ])('%s', async (_what, changes, status) => {
    expect(await me(sign(changes))).toEqual(status === 200 ? answered() : refused);
  });

  it('is refused when it is forged', async () => {
    const [header = '', payload = '', signature = ''] = sign().split('.');
    const forged = [
      current.sign(claims(), { alg: 'none' }),
      `${header}.${payload}.`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
      `${header}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}.${signature}`,
      current.forgeWithPublicKey(claims()),
      createSigningKey(current.kid).sign(claims()),
    ];
    for (const token of forged) expect(await me(token)).toEqual(refused);
  });
});

/** Sends requests of concurrent callers during `work`. Returns the failed answers. */
async function underLoad(
  callers: number,
  token: () => string,
  work: () => Promise<void>,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  let answers = 0;
  let stopped = false;
  const call = async () => {
    while (!stopped) {
      const answer = await me(token());
      answers++;
      if (answer.status !== 200) failures.push(answer);
    }
  };
  const all = Promise.all(Array.from({ length: callers }, call));
  try {
    await work();
  } finally {
    stopped = true;
    await all;
  }
  expect(answers).toBeGreaterThan(callers);
  return failures;
}

/** Changes the key of the pool, and expects a token of the new key to be accepted. */
async function rotate(...alsoPublished: SigningKey[]): Promise<void> {
  const next = createSigningKey();
  server.publish(next, ...alsoPublished);
  current = next;
  expect(await me(sign())).toEqual(answered());
}

describe('a rotation of keys under load', () => {
  it('fails no request', async () => {
    const failures = await underLoad(
      20,
      () => sign(),
      async () => {
        for (let round = 0; round < 3; round++) await rotate(current);
      },
    );
    expect(failures).toEqual([]);
  });

  it('fails no request while a stranger sends invented key IDs, and downloads keys at most once a second', async () => {
    const stranger = createSigningKey();
    let invented = 0;
    let flooding = true;
    const flood = Promise.all(
      Array.from({ length: 20 }, async () => {
        const answers = new Set<number>();
        while (flooding) {
          const token = stranger.sign(claims(), { kid: `invented-${invented++}` });
          answers.add((await me(token)).status);
        }
        return [...answers];
      }),
    );
    const before = server.downloads();
    const startedAt = Date.now();
    const failures = await underLoad(
      10,
      () => sign(),
      async () => {
        await rotate(current);
        await rotate(current);
      },
    );
    const seconds = (Date.now() - startedAt) / 1000;
    flooding = false;
    expect(await flood).toEqual(Array.from({ length: 20 }, () => [401]));
    expect(failures).toEqual([]);
    expect(invented).toBeGreaterThan(20);
    expect(server.downloads() - before).toBeLessThanOrEqual(seconds + 2);
  });

  it('invalidates tokens that were signed with the removed key', async () => {
    const old = sign();
    expect(await me(old)).toEqual(answered());
    await rotate();
    expect(await me(old)).toEqual(refused);
  });
});

describe('unavailable keys', () => {
  it('leave tokens of cached keys valid and answer 503 for tokens of unknown keys', async () => {
    server.answerWith((response) => response.destroy());
    expect(await me(sign())).toEqual(answered());
    const unknown = await usher.api.get('/users/me', {
      authorization: `Bearer ${createSigningKey().sign(claims())}`,
    });
    expect({ status: unknown.status, code: unknown.body.code }).toEqual({
      status: 503,
      code: 'cognito.unavailable',
    });
    expect(Number(unknown.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
