import { beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../../src/cli/run.js';
import { type Person, personWith } from '../support/builders/admins.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { allMailsSent, mailedToken, subjectsTo } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { openUsher } from '../support/drivers/usher.js';

let admin: Person;
const usher = openUsher();
beforeAll(async () => {
  admin = await personWith(usher, 'the-admin@example.org', 'admin');
});

const erase = (id: number | string | undefined) => usher.api.delete(`/admin/users/${id}`, admin.headers);

const erasureOf = async (id: number | string | undefined) =>
  (await usher.api.get(`/admin/users/${id}`, admin.headers)).body.erasure;

/** Makes pending work due at once, and waits until it is complete. */
async function finished(id: number | string | undefined): Promise<void> {
  while ((await erasureOf(id)) !== 'done')
    await usher.database.sql('UPDATE usher.erasures SET next_try_at = now()');
}

const isInPool = async (email: string) => {
  const Filter = `email = "${email}"`;
  const { Users } = await usher.cognito.listUsers({ UserPoolId: usher.userPoolId, Filter });
  return (Users ?? []).length > 0;
};

const legacy = async (email: string) => {
  const access_token = usher.migrationToken;
  return (await usher.api.post('/aws/auth', { email, password: poolPassword, access_token })).body;
};

const signUp = (email: string) =>
  usher.api.post('/users', { email, password: 'new-password-1', passwordConfirmation: 'new-password-1' });

const rowOf = async (id: number | string | undefined) =>
  (await usher.database.sql('SELECT * FROM users WHERE id = $1', [id]))[0] ?? {};

describe('DELETE /admin/users/:id', () => {
  it('keeps the row with its sub and a digest, and nothing in the pool', async () => {
    const person = await personWith(usher, 'Erased.Person@example.org', 'editor');
    const change = { firstName: 'Private', lastName: 'Person', profile: { phone: 'private' } };
    await usher.api.call('PATCH', '/users/me', { headers: person.headers, body: change });
    await usher.database.sql(
      `UPDATE users SET current_sign_in_ip = '192.0.2.7', authentication_hash = 'private' WHERE id = $1`,
      [person.id],
    );
    expect((await erase(person.id)).status).toBe(202);
    await finished(person.id);
    const row = await rowOf(person.id);
    expect(row).toMatchObject({
      id: String(person.id),
      email: `erased-${person.id}@erased.invalid`,
      cognito_sub: person.sub,
      usher_erased_email: expect.any(Buffer),
      encrypted_password: '',
      first_name: null,
      last_name: null,
      authentication_hash: null,
      current_sign_in_ip: null,
      last_sign_in_ip: null,
      usher_profile: {},
      usher_roles: [],
    });
    expect(JSON.stringify(row)).not.toMatch(/private|erased\.person/i);
    expect(await isInPool('erased.person@example.org')).toBe(false);
    const traces = await usher.database.sql(
      `SELECT device, address FROM usher.sessions WHERE user_id = $1 AND (device IS NOT NULL OR address IS NOT NULL)`,
      [person.id],
    );
    expect(traces).toEqual([]);
    const entries = await usher.database.sql(
      `SELECT actor, action FROM usher.audit WHERE user_id = $1 AND action LIKE '%erasure' ORDER BY id`,
      [person.id],
    );
    expect(entries).toEqual([
      { actor: 'user', action: 'request-erasure' },
      { actor: 'usher', action: 'finish-erasure' },
    ]);
    expect((await erase(person.id)).status).toBe(404);
    expect((await usher.api.post(`/admin/users/${person.id}/enable`, undefined, admin.headers)).status).toBe(
      404,
    );
  });

  it('refuses the user at once, and the address permanently', async () => {
    const person = await personWith(usher, 'for-good@example.org');
    expect((await erase(person.id)).status).toBe(202);
    expect((await usher.api.get('/auth/sessions', person.headers)).status).toBe(401);
    expect((await usher.api.post('/auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401);
    await finished(person.id);

    expect(await legacy('For-Good@example.org')).toMatchObject({
      id: null,
      email: null,
      user_exists: false,
      success: false,
      password_reset_allowed: false,
      sign_up_allowed: false,
    });
    const mails = usher.mail.messages().length;
    expect((await signUp('for-good@example.org')).status).toBe(202);
    await usher.api.post('/passwords/forgot', { email: 'for-good@example.org' });
    expect(await usher.database.sql('SELECT 1 FROM usher.outbox')).toEqual([]);
    expect(usher.mail.messages()).toHaveLength(mails);
    // A new pool user with the same address and another sub, created without Usher.
    await createPoolUser(usher, 'for-good@example.org');
    expect((await usher.api.signIn('for-good@example.org', poolPassword)).status).toBe(401);
    const rows = await usher.database.sql('SELECT 1 FROM users WHERE email ILIKE $1', ['for-good@%']);
    expect(rows).toEqual([]);
  });

  it('refuses the sub permanently, with any address', async () => {
    const person = await personWith(usher, 'sub-for-good@example.org');
    // The answer of the pool when the deletion failed.
    usher.proxy.answerWith('AdminDeleteUser', (response) => response.writeHead(200).end('{}'));
    await erase(person.id);
    await finished(person.id);
    usher.proxy.answerWith('AdminDeleteUser', undefined);
    const { AuthenticationResult } = await usher.cognito.initiateAuth({
      ClientId: usher.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: person.email, PASSWORD: poolPassword },
    });
    const headers = { authorization: `Bearer ${AuthenticationResult?.AccessToken}` };
    expect((await usher.api.get('/users/me', headers)).status).toBe(401);
    expect((await usher.api.signIn(person.email, poolPassword)).status).toBe(401);
  });

  it('does not refuse similar addresses', async () => {
    const person = await personWith(usher, 'exactly-this@example.org');
    await erase(person.id);
    await finished(person.id);
    expect((await signUp('exactly-this2@example.org')).status).toBe(202);
    await usher.mail.waitFor(({ to }) => to.includes('exactly-this2@example.org'));
  });

  it('has precedence over a row that the legacy application creates for the same address', async () => {
    const person = await personWith(usher, 'again@example.org');
    await erase(person.id);
    await finished(person.id);
    await usher.database.sql(
      `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
       VALUES ('again@example.org', '', now(), now(), now())`,
    );
    expect(await legacy('again@example.org')).toMatchObject({ user_exists: false, sign_up_allowed: false });
  });

  it('retries the deletion in the pool after an outage of Cognito', async () => {
    const person = await personWith(usher, 'outage@example.org');
    usher.proxy.answerWith('AdminDeleteUser', exception('TooManyRequestsException', 'Rate exceeded'));
    expect((await erase(person.id)).status).toBe(202);
    expect(await erasureOf(person.id)).toBe('pending');
    expect((await usher.api.signIn(person.email, poolPassword)).status).toBe(401);
    const failed = `SELECT 1 FROM usher.erasures WHERE user_id = $1 AND tries > 1`;
    while ((await usher.database.sql(failed, [person.id])).length === 0)
      await usher.database.sql('UPDATE usher.erasures SET next_try_at = now()');
    expect(await rowOf(person.id)).toMatchObject({ email: person.email, encrypted_password: '' });
    usher.proxy.answerWith('AdminDeleteUser', undefined);
    await finished(person.id);
    expect(await isInPool(person.email)).toBe(false);
  });

  it('is completed by another process when the first one was killed', async () => {
    const person = await personWith(usher, 'killed@example.org');
    const other = await usher.startProcess();
    const arrived = new Promise<void>((resolve) =>
      usher.proxy.answerWith('AdminDeleteUser', () => resolve()),
    );
    await other.api.delete(`/admin/users/${person.id}`, admin.headers);
    await arrived;
    await other.kill();
    usher.proxy.answerWith('AdminDeleteUser', undefined);
    expect(await erasureOf(person.id)).toBe('pending');
    await finished(person.id);
    expect(await isInPool(person.email)).toBe(false);
    // The lease of the killed process takes most of the default timeout.
  }, 60_000);

  it('deletes a legacy user who has never signed in, with the hash', async () => {
    const { email, password } = deviseUser('second');
    const [row] = await usher.database.sql<{ id: string }>('SELECT id FROM users WHERE email = $1', [email]);
    expect((await erase(row?.id)).status).toBe(202);
    expect((await rowOf(row?.id)).encrypted_password).toBe('');
    await finished(row?.id);
    expect((await usher.api.signIn(email, password)).status).toBe(401);
    expect(await isInPool(email)).toBe(false);
  });

  it('invalidates pending links, and sends no mail to the remaining row', async () => {
    await signUp('pending@example.org');
    const token = await mailedToken(usher, 'pending@example.org');
    const [row] = await usher.database.sql<{ id: string }>(
      `SELECT id FROM users WHERE email = 'pending@example.org'`,
    );
    await erase(row?.id);
    const link = await usher.api.call('PUT', '/users/confirmation', { body: { token } });
    expect(link.body.code).toBe('users.confirmation_invalid');
    await finished(row?.id);
    const person = await personWith(usher, 'wishes@example.org');
    const body = { email: 'Pending@example.org', currentPassword: poolPassword };
    expect((await usher.api.call('PUT', '/users/me/email', { headers: person.headers, body })).status).toBe(
      202,
    );
    await allMailsSent(usher);
    expect(subjectsTo(usher, person.email)).toHaveLength(1);
    expect(
      usher.mail.messages().filter(({ to }) => to.some((address) => address.endsWith('.invalid'))),
    ).toEqual([]);
  });

  it('is not undone by "usher users relink"', async () => {
    const person = await personWith(usher, 'relinked@example.org');
    await erase(person.id);
    await finished(person.id);
    const io = {
      out: () => undefined,
      err: () => undefined,
      variables: () => ({ DATABASE_URL: usher.database.url }),
    };
    expect(await run(['users', 'relink', 'relinked@example.org'], io)).toBe(1);
    expect(await run(['users', 'roles', 'relinked@example.org', '--add', 'admin'], io)).toBe(1);
    expect(await run(['users', 'relink', '--all', '--yes'], io)).toBe(0);
    expect(await rowOf(person.id)).toMatchObject({ cognito_sub: person.sub, usher_roles: [] });
    await usher.database.sql('UPDATE users SET cognito_sub = $2 WHERE id = $1', [admin.id, admin.sub]);
  });

  it('is refused without AWS credentials', async () => {
    const person = await personWith(usher, 'without-credentials@example.org');
    const without = await usher.startProcess({
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    for (const [method, path] of [
      ['DELETE', ''],
      ['POST', '/disable'],
      ['POST', '/enable'],
    ] as const) {
      const { status, body } = await without.api.call(method, `/admin/users/${person.id}${path}`, {
        headers: admin.headers,
      });
      expect({ status, code: body.code }).toEqual({ status: 501, code: 'cognito.credentials_missing' });
    }
    expect((await usher.api.get('/users/me', person.headers)).status).toBe(200);
    // Sessions of Usher can still be revoked.
    const ended = await without.api.delete(`/admin/users/${person.id}/sessions`, admin.headers);
    expect(ended.status).toBe(204);
    expect((await without.api.get('/users/me', person.headers)).status).toBe(401);
  });

  it('never deletes a pool user who is linked to another row', async () => {
    const person = await personWith(usher, 'mine@example.org');
    const [stale] = await usher.database.sql<{ id: string }>(
      `WITH moved AS (UPDATE users SET email = 'elsewhere@example.org' WHERE id = $1)
       INSERT INTO users (email, created_at, updated_at) VALUES ('not-yet@example.org', now(), now()) RETURNING id`,
      [person.id],
    );
    await usher.database.sql(`UPDATE users SET email = 'mine@example.org' WHERE id = $1`, [stale?.id]);
    await erase(stale?.id);
    await finished(stale?.id);
    const stays = { UserPoolId: usher.userPoolId, Username: person.sub };
    expect((await usher.cognito.adminGetUser(stays)).Username).toBe(person.sub);
  });
});
