import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { minimalEnvironment } from '../../test/support/builders/environment.js';
import {
  accessClaims,
  createSigningKey,
  inSeconds,
  type SigningKey,
} from '../../test/support/fakes/signing-key.js';
import { Clock } from '../common/clock/clock.js';
import { loadConfig } from '../common/config/config.js';
import { Log } from '../common/logging/log.js';
import { SigningKeys } from './signing-keys.js';
import { TokenVerifier } from './token-verifier.js';

const issuer = 'https://pool.example.com/us-east-1_abc';
const config = loadConfig({
  ...minimalEnvironment,
  COGNITO_ISSUER: issuer,
  AWS_COGNITO_ACCEPTED_CLIENT_IDS: ' second , third',
}).cognito;
const first = createSigningKey('first');
const second = createSigningKey('second');

/** Advances only in `pass` and `sleep`. */
class TestClock extends Clock {
  private time = Date.now();
  readonly slept: number[] = [];

  override now = () => new Date(this.time);

  override sleep = async (milliseconds: number) => {
    if (milliseconds <= 0) return;
    this.slept.push(milliseconds);
    this.time += milliseconds;
  };

  pass(seconds: number): void {
    this.time += seconds * 1000;
  }
}

let clock: TestClock;
let keys: SigningKeys;
let verifier: TokenVerifier;
let published: SigningKey[];
let lookups: ReturnType<typeof jest.spyOn>;
const download = jest.spyOn(globalThis, 'fetch');

const keySet = async () => Response.json({ keys: published.map(({ jwk }) => jwk) });
const token = (changes: Record<string, unknown> = {}, key = first, header = {}) =>
  key.sign(accessClaims({ iss: issuer, client_id: 'abc', ...changes }), header);
const systemErrorCode = async (verified: Promise<unknown>) =>
  verified.then(
    () => 'accepted',
    (error: unknown) => (error as { code: string }).code,
  );

beforeEach(async () => {
  published = [first];
  download.mockReset().mockImplementation(keySet);
  clock = new TestClock();
  keys = new SigningKeys(config, clock, new Log());
  verifier = new TokenVerifier(config, keys, clock);
  await keys.onApplicationBootstrap();
  lookups = jest.spyOn(keys, 'find');
});
afterEach(() => keys.onApplicationShutdown());

describe('an access token', () => {
  it('returns the claims', async () => {
    const claims = {
      sub: 'the-sub',
      username: 'the-username',
      origin_jti: 'the-family',
      'cognito:groups': ['admins', 'staff'],
      scope: 'openid  shop/read',
      auth_time: 1_700_000_000,
      exp: inSeconds(600),
    };
    expect(await verifier.verifyAccessToken(token(claims))).toEqual({
      sub: 'the-sub',
      username: 'the-username',
      clientId: 'abc',
      groups: ['admins', 'staff'],
      scopes: ['openid', 'shop/read'],
      originJti: 'the-family',
      authTime: 1_700_000_000,
      expiresAt: new Date(claims.exp * 1000),
    });
  });

  it('may lack optional claims', async () => {
    const bare = { sub: 'abc', username: undefined, origin_jti: undefined, scope: undefined };
    expect(await verifier.verifyAccessToken(token(bare))).toMatchObject({
      username: 'abc',
      groups: [],
      scopes: [],
      originJti: undefined,
    });
  });

  it.each<[string, Record<string, unknown> | (() => Record<string, unknown>), string]>([
    ['of the own client', {}, 'accepted'],
    ['of another accepted client', { client_id: 'third' }, 'accepted'],
    ['of any other client', { client_id: 'fourth' }, 'auth.token_invalid'],
    ['without a client', { client_id: undefined }, 'auth.token_invalid'],
    ['of another issuer', { iss: 'https://elsewhere.example.com' }, 'auth.token_invalid'],
    ['without an issuer', { iss: undefined }, 'auth.token_invalid'],
    ['without a sub', { sub: undefined }, 'auth.token_invalid'],
    ['with a sub that is not a string', { sub: 1 }, 'auth.token_invalid'],
    ['without exp', { exp: undefined }, 'auth.token_invalid'],
    ['with an exp that is not a number', { exp: 'never' }, 'auth.token_invalid'],
    ['expired within the clock skew', () => ({ exp: inSeconds(-2) }), 'accepted'],
    ['expired', () => ({ exp: inSeconds(-8) }), 'auth.token_invalid'],
    ['not yet valid, within the clock skew', () => ({ nbf: inSeconds(2) }), 'accepted'],
    ['not yet valid', () => ({ nbf: inSeconds(20) }), 'auth.token_invalid'],
    ['that is an ID token', { token_use: 'id', aud: 'abc' }, 'auth.token_invalid'],
    ['with another token_use', { token_use: 'refresh' }, 'auth.token_invalid'],
  ])('%s', async (_what, changes, code) => {
    expect(
      await systemErrorCode(
        verifier.verifyAccessToken(token(typeof changes === 'function' ? changes() : changes)),
      ),
    ).toBe(code);
  });

  it.each([
    ['without signature', () => token({}, first, { alg: 'none' }).replace(/[^.]*$/, '')],
    ['with alg none', () => token({}, first, { alg: 'none' })],
    ['with no alg', () => token({}, first, { alg: undefined })],
    ['with another alg', () => token({}, first, { alg: 'RS512' })],
    [
      'signed with the public key',
      () => first.forgeWithPublicKey(accessClaims({ iss: issuer, client_id: 'abc' })),
    ],
    ["signed with a forger's key", () => token({}, second, { kid: 'first' })],
    ['without a key id', () => token({}, first, { kid: undefined })],
    ['with an invented key id', () => token({}, first, { kid: 'invented' })],
    ['that is not a token', () => 'a.b.c'],
  ])('%s is refused', async (_what, forge) => {
    expect(await systemErrorCode(verifier.verifyAccessToken(forge()))).toBe('auth.token_invalid');
  });
});

describe('an ID token', () => {
  const idToken = (changes: object = {}) =>
    token({ token_use: 'id', client_id: undefined, aud: 'abc', email: 'ada@example.com', ...changes });

  it('returns the identity', async () => {
    const claims = { sub: 'the-sub', origin_jti: 'the-family', email_verified: true };
    expect(await verifier.verifyIdToken(idToken(claims))).toEqual({
      sub: 'the-sub',
      email: 'ada@example.com',
      emailVerified: true,
      originJti: 'the-family',
    });
    // Cognito writes a boolean.
    expect((await verifier.verifyIdToken(idToken({ email_verified: 'true' }))).emailVerified).toBe(false);
  });

  it('is not accepted as an access token, nor an access token as an ID token, also when cached', async () => {
    const [access, id] = [token(), idToken()];
    await verifier.verifyAccessToken(access);
    await verifier.verifyIdToken(id);
    expect(await systemErrorCode(verifier.verifyIdToken(access))).toBe('cognito.unexpected_answer');
    expect(await systemErrorCode(verifier.verifyAccessToken(id))).toBe('auth.token_invalid');
  });

  it('of another app client is refused', async () => {
    expect(await systemErrorCode(verifier.verifyIdToken(idToken({ aud: 'third' })))).toBe(
      'cognito.unexpected_answer',
    );
  });
});

describe('a repeated token', () => {
  it('needs one signature check', async () => {
    const [one, other] = [token(), token()];
    const claims = await verifier.verifyAccessToken(one);
    expect(await verifier.verifyAccessToken(one)).toBe(claims);
    expect(lookups).toHaveBeenCalledTimes(1);
    await verifier.verifyAccessToken(other);
    expect(lookups).toHaveBeenCalledTimes(2);
  });

  it('is not cached after its expiry', async () => {
    const short = token({ exp: inSeconds(60) });
    await verifier.verifyAccessToken(short);
    clock.pass(61);
    await verifier.verifyAccessToken(short);
    expect(lookups).toHaveBeenCalledTimes(2);
  });

  it('is refused once its key is removed from the pool', async () => {
    const old = token();
    await verifier.verifyAccessToken(old);
    published = [second];
    await keys.refresh();
    expect(await systemErrorCode(verifier.verifyAccessToken(old))).toBe('auth.token_invalid');
  });

  it('is refused once the pool has another key with the same id', async () => {
    const old = token();
    await verifier.verifyAccessToken(old);
    const successor = createSigningKey('first');
    published = [successor];
    await keys.refresh();
    expect(await systemErrorCode(verifier.verifyAccessToken(old))).toBe('auth.token_invalid');
    expect(await systemErrorCode(verifier.verifyAccessToken(token({}, successor)))).toBe('accepted');
  });

  it('stays cached when the key set is unchanged', async () => {
    const one = token();
    await verifier.verifyAccessToken(one);
    await keys.refresh();
    await verifier.verifyAccessToken(one);
    expect(lookups).toHaveBeenCalledTimes(1);
  });
});

describe('signing keys', () => {
  it('are downloaded once for simultaneous requests with the same new key', async () => {
    published = [first, second];
    clock.pass(10);
    const codes = await Promise.all(
      Array.from({ length: 50 }, () => systemErrorCode(verifier.verifyAccessToken(token({}, second)))),
    );
    expect(new Set(codes)).toEqual(new Set(['accepted']));
    // At start, and for the new key.
    expect(download).toHaveBeenCalledTimes(2);
    expect(clock.slept).toEqual([]);
  });

  it('are downloaded at most once a second; requests wait for the next download', async () => {
    clock.pass(10);
    expect(await systemErrorCode(verifier.verifyAccessToken(token({}, second)))).toBe('auth.token_invalid');
    published = [second];
    expect(await systemErrorCode(verifier.verifyAccessToken(token({}, second)))).toBe('accepted');
    expect(clock.slept).toEqual([1000]);
  });

  it('are downloaded within a second also when the clock is set back', async () => {
    clock.pass(-3600);
    expect(await systemErrorCode(verifier.verifyAccessToken(token({}, second, { kid: 'new' })))).toBe(
      'auth.token_invalid',
    );
    expect(clock.slept).toEqual([1000]);
  });

  it('are taken from the current download when it has them', async () => {
    clock.pass(10);
    let answer = (_response: Response) => {};
    download.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    const before = systemErrorCode(verifier.verifyAccessToken(token({}, second)));
    await new Promise(setImmediate);
    const meanwhile = systemErrorCode(verifier.verifyAccessToken(token({}, second)));
    published = [first, second];
    answer(await keySet());
    expect(await Promise.all([before, meanwhile])).toEqual(['accepted', 'accepted']);
    expect(clock.slept).toEqual([]);
    expect(download).toHaveBeenCalledTimes(2);
  });

  it('are downloaded again when the current response was written before the new key', async () => {
    clock.pass(10);
    let answer = (_response: Response) => {};
    download.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    const stranger = systemErrorCode(verifier.verifyAccessToken(token({}, first, { kid: 'invented' })));
    await new Promise(setImmediate);
    const written = await keySet();
    published = [first, second];
    const honest = systemErrorCode(verifier.verifyAccessToken(token({}, second)));
    answer(written);
    expect(await Promise.all([stranger, honest])).toEqual(['auth.token_invalid', 'accepted']);
  });

  it('are not downloaded for tokens of other issuers', async () => {
    await systemErrorCode(
      verifier.verifyAccessToken(token({ iss: 'https://elsewhere.example.com' }, second)),
    );
    await systemErrorCode(verifier.verifyAccessToken(token({}, second, { kid: undefined })));
    expect(download).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['no response', () => Promise.reject(new TypeError('fetch failed'))],
    ['an error response', async () => Response.json({ keys: [second.jwk] }, { status: 500 })],
    ['a response that is not a key set', async () => Response.json({ hello: 'world' })],
    ['an empty key set', async () => Response.json({ keys: [] })],
    ['a response that is not JSON', async () => new Response('<html>')],
  ])(
    'keep the known ones and make the token verification unavailable after a failed download: %s',
    async (_what, answer) => {
      download.mockImplementation(answer);
      const unknown = verifier.verifyAccessToken(token({}, second));
      await expect(unknown).rejects.toMatchObject({ code: 'cognito.unavailable', retryAfter: 5 });
      expect(await systemErrorCode(verifier.verifyIdToken(token({}, second)))).toBe('cognito.unavailable');
      expect(await systemErrorCode(verifier.verifyAccessToken(token()))).toBe('accepted');
    },
  );

  it('are downloaded by the first request when the download at start failed', async () => {
    download.mockImplementationOnce(() => Promise.reject(new TypeError('fetch failed')));
    const late = new SigningKeys(config, clock, new Log());
    await late.onApplicationBootstrap();
    const verifierOfLate = new TokenVerifier(config, late, clock);
    expect(await systemErrorCode(verifierOfLate.verifyAccessToken(token()))).toBe('accepted');
    late.onApplicationShutdown();
  });

  it('are downloaded every five minutes', async () => {
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'setImmediate', 'queueMicrotask'] });
    const watched = new SigningKeys(config, clock, new Log());
    await watched.onApplicationBootstrap();
    const atStart = download.mock.calls.length;
    jest.advanceTimersByTime(5 * 60 * 1000);
    await new Promise(setImmediate);
    expect(download).toHaveBeenCalledTimes(atStart + 1);
    watched.onApplicationShutdown();
    jest.advanceTimersByTime(60 * 60 * 1000);
    await new Promise(setImmediate);
    expect(download).toHaveBeenCalledTimes(atStart + 1);
    jest.useRealTimers();
  });
});
