import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { PasswordHasher } from '../../src/credentials/password-hasher.js';
import { deviseUser, deviseUsers, maySignIn } from '../support/builders/devise-users.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ environment: { MIGRATION_ACCESS_TOKENS: 'new-token-1,old-token-1' } });
beforeEach(async () => {
  await usher.database.sql('DELETE FROM usher.account_failures');
  await usher.database.sql('UPDATE users SET usher_agreed_at = NULL');
});

const ask = (body: object, headers?: Record<string, string>) =>
  usher.api.post('/aws/auth', { access_token: 'new-token-1', ...body }, headers);
const success = async (email: string, password: unknown) => (await ask({ email, password })).body.success;

const ada = deviseUser('plain');

describe('POST /aws/auth', () => {
  it('responds with 200 and the published keys, without a password hash', async () => {
    const { status, body, text } = await ask({ email: ada.email, password: ada.password });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...{ id: 1, first_name: 'Ada', last_name: 'Lovelace', email: ada.email },
        authentication_hash: 'b29a6dbbc7137b92c223680bb3f266d0bdfce88f',
        ...{ user_exists: true, success: true },
        ...{ email_verified: true, password_reset_allowed: true, sign_up_allowed: false },
      },
    });
    expect(text).not.toContain('$2a$');
  });

  it('returns the same keys for an unknown user', async () => {
    const { status, body } = await ask({ email: 'nobody@example.com', password: 'x' });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...{ id: null, first_name: null, last_name: null, email: null, authentication_hash: null },
        ...{ user_exists: false, success: false },
        ...{ email_verified: false, password_reset_allowed: false, sign_up_allowed: true },
      },
    });
  });

  it.each(deviseUsers.map((user) => [user.key, user] as const))(
    'returns the expected result for %s',
    async (_key, user) => {
      expect(await success(user.typed_email, user.password)).toBe(maySignIn(user));
      expect(await success(user.typed_email, user.wrong_password)).toBe(false);
    },
  );

  it.each([
    [undefined],
    [null],
    [''],
    [12345678],
    [['correct horse battery staple']],
    [{}],
    ['x\u0000'],
    ['\ud800'],
    ['x'.repeat(257)],
  ])('treats a malformed password as a wrong one', async (password) => {
    const { status, body } = await ask({ email: ada.email, password });
    expect({ status, success: body.success, known: body.user_exists }).toEqual({
      status: 200,
      success: false,
      known: true,
    });
  });

  it.each([
    [undefined],
    [null],
    [7],
    [['ada@example.com']],
    [{}],
    ['nul\u0000@example.com'],
    ['\ud800@example.com'],
  ])('names the field of an e-mail that is not a string', async (email) => {
    const { status, body } = await ask({ email, password: 'x' });
    expect({ status, fields: body.errors?.map(({ field }) => field) }).toEqual({
      status: 422,
      fields: ['email'],
    });
  });

  describe('token', () => {
    it.each(['new-token-1', 'old-token-1'])(
      '%s is accepted in the body and as a bearer token',
      async (token) => {
        const body = { email: ada.email };
        expect((await usher.api.post('/aws/auth', { ...body, access_token: token })).status).toBe(200);
        expect((await usher.api.post('/aws/auth', body, { authorization: `Bearer ${token}` })).status).toBe(
          200,
        );
      },
    );

    it.each([
      [{ email: ada.email }],
      [{ email: ada.email, access_token: 'wrong' }],
      [{ email: ada.email, access_token: '' }],
      [{ email: ada.email, access_token: ['new-token-1'] }],
      [{ email: 7, unknown: true, access_token: 'wrong' }],
      [[]],
      [null],
    ])('is checked before the rest of the body: %j', async (body) => {
      const { status, text, headers } = await usher.api.post('/aws/auth', body);
      expect({ status, text, length: headers.get('content-length') }).toEqual({
        status: 401,
        text: '',
        length: '0',
      });
    });
  });

  it('refuses rows that are disabled or have been linked for more than five minutes', async () => {
    const bob = deviseUser('second');
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = 2');
    const disabled = await ask({ email: bob.email, password: bob.password });
    expect(disabled.body).toMatchObject({ success: false, password_reset_allowed: false });
    await usher.database.sql(
      `UPDATE users SET usher_disabled_at = NULL, cognito_sub = 'x', cognito_linked_at = now() - interval '4 minutes' WHERE id = 2`,
    );
    expect(await success(bob.email, bob.password)).toBe(true);
    await usher.database.sql(
      `UPDATE users SET cognito_linked_at = now() - interval '6 minutes' WHERE id = 2`,
    );
    expect(await success(bob.email, bob.password)).toBe(false);
  });

  it('allows a sign-up only for unknown addresses and directly after an approval', async () => {
    const kim = deviseUser('bytes_100');
    expect((await ask({ email: kim.email })).body.sign_up_allowed).toBe(false);
    await ask({ email: kim.email, password: kim.password });
    expect((await ask({ email: kim.email })).body.sign_up_allowed).toBe(true);
    await usher.database.sql(
      `UPDATE users SET usher_agreed_at = now() - interval '21 seconds' WHERE id = ${kim.id}`,
    );
    expect((await ask({ email: kim.email })).body.sign_up_allowed).toBe(false);
  });

  it('reports whether a reset is allowed and the address is verified', async () => {
    expect((await ask({ email: 'carol@example.com' })).body).toMatchObject({
      email_verified: false,
      password_reset_allowed: false,
    });
    expect((await ask({ email: 'dave@example.com' })).body).toMatchObject({
      email_verified: true,
      password_reset_allowed: true,
    });
  });

  it('computes one hash of the usual cost even if there is no stored hash', async () => {
    const verify = jest.spyOn(usher.app.get(PasswordHasher), 'verify');
    const stored = new Set<string>();
    for (const email of [
      'nobody@example.com',
      'no-one@example.com',
      'oauth@example.com',
      'carol@example.com',
    ]) {
      verify.mockClear();
      await success(email, 'a guess of its own');
      expect(verify.mock.calls.map(([, hash]) => hash.slice(0, 7))).toEqual(['$2a$04$']);
      stored.add(verify.mock.calls[0]?.[1] ?? '');
    }
    // Each request is different, because a cached result would cost nothing.
    expect(stored.size).toBe(4);
    verify.mockRestore();
  });

  describe('failures by account', () => {
    const known = deviseUser('accents');

    it.each([known.email, 'nobody@example.com'])(
      'lock %s after five failures, even if the user is unknown',
      async (email) => {
        for (let n = 0; n < 5; n += 1) await success(email, `guess-${n}`);
        const [row] = await usher.database.sql<{ failures: number; locked: boolean }>(
          'SELECT failures, locked_until > last_failure_at AS locked FROM usher.account_failures',
        );
        expect(row).toEqual({ failures: 5, locked: true });
      },
    );

    it('refuse the correct password during the lock, and accept it afterwards', async () => {
      for (let n = 0; n < 5; n += 1) await success(known.email, `guess-${n}`);
      await usher.database.sql(
        `UPDATE usher.account_failures SET locked_until = now() + interval '1 minute'`,
      );
      expect(await success(known.email, known.password)).toBe(false);
      await success(known.email, 'one more guess');
      expect(await usher.database.sql('SELECT failures FROM usher.account_failures')).toEqual([
        { failures: 5 },
      ]);
      await usher.database.sql(
        `UPDATE usher.account_failures SET locked_until = now() - interval '1 second'`,
      );
      expect(await success(known.email, known.password)).toBe(true);
      expect(await usher.database.sql('SELECT 1 FROM usher.account_failures')).toEqual([]);
    });

    it('are counted before the correct password of concurrent guesses is accepted', async () => {
      // A slow database with a free connection for the last check, and a lock that outlasts all checks.
      await usher.database.sql(
        `CREATE FUNCTION lock_longer() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN PERFORM pg_sleep(0.05); NEW.locked_until := NEW.locked_until + interval '1 hour'; RETURN NEW; END $$`,
      );
      await usher.database.sql(
        `CREATE TRIGGER lock_longer BEFORE INSERT OR UPDATE ON usher.account_failures
         FOR EACH ROW EXECUTE FUNCTION lock_longer()`,
      );
      try {
        const stored = bcrypt.hashSync('the right one', 4);
        await usher.database.sql('UPDATE users SET encrypted_password = $1 WHERE id = 21', [stored]);
        const passwords = [...Array.from({ length: 6 }, (_, n) => `guess-${n}`), 'the right one'];
        const answers = await Promise.all(
          passwords.map((password) => success('tracked@example.com', password)),
        );
        expect(answers).toEqual(Array(7).fill(false));
      } finally {
        await usher.database.sql('DROP FUNCTION lock_longer CASCADE');
      }
    });

    it('are deleted when they are old', async () => {
      for (let n = 0; n < 3; n += 1) await success(`nobody${n}@example.com`, 'x');
      await usher.database.sql(
        `UPDATE usher.account_failures SET last_failure_at = now() - interval '31 minutes'`,
      );
      await success('somebody@example.com', 'x');
      expect(await usher.database.sql('SELECT failures FROM usher.account_failures')).toEqual([
        { failures: 1 },
      ]);
    });

    it('double the lock with each failure, up to fifteen minutes', async () => {
      const lockAfter = async (failures: number) => {
        await usher.database.sql('DELETE FROM usher.account_failures');
        await success('nobody@example.com', 'first');
        await usher.database.sql('UPDATE usher.account_failures SET failures = $1', [failures - 1]);
        await success('nobody@example.com', 'second');
        const [row] = await usher.database.sql<{ seconds: number | null }>(
          'SELECT extract(epoch FROM locked_until - last_failure_at)::int AS seconds FROM usher.account_failures',
        );
        return row?.seconds;
      };
      const expected = [
        [4, null],
        [5, 1],
        [6, 2],
        [7, 4],
        [10, 32],
        [14, 512],
        [15, 900],
        [400, 900],
      ] as const;
      for (const [failures, seconds] of expected)
        expect([failures, await lockAfter(failures)]).toEqual([failures, seconds]);
    });

    it('count retries of Cognito once', async () => {
      for (let n = 0; n < 3; n += 1) await success(known.email, 'same guess');
      expect(await usher.database.sql('SELECT failures FROM usher.account_failures')).toEqual([
        { failures: 1 },
      ]);
      await usher.database.sql(
        `UPDATE usher.account_failures SET last_failure_at = now() - interval '21 seconds'`,
      );
      await success(known.email, 'same guess');
      expect(await usher.database.sql('SELECT failures FROM usher.account_failures')).toEqual([
        { failures: 2 },
      ]);
    });

    it('are reset after fifteen minutes without a failure', async () => {
      await success(known.email, 'guess');
      await usher.database.sql(
        `UPDATE usher.account_failures SET failures = 9, last_failure_at = now() - interval '16 minutes'`,
      );
      await success(known.email, 'another guess');
      expect(await usher.database.sql('SELECT failures FROM usher.account_failures')).toEqual([
        { failures: 1 },
      ]);
    });
  });

  it('never responds with 5xx', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(text, fc.jsonValue()),
        fc.oneof(text, fc.jsonValue()),
        async (email, password) => {
          expect(
            (await ask({ email, password: typeof password === 'string' ? '' : password })).status,
          ).toBeLessThan(500);
        },
      ),
      { numRuns: 60 },
    );
  });
});
