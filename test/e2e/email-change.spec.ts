import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cutOff, exception } from '../support/cognito-proxy.js';
import { personWith } from '../support/admins.js';
import { runCommand } from '../support/command.js';
import { openPage } from '../support/confirmation-page.js';
import { allMailsSent, mailedCancelToken, mailedCode, mailedToken, subjectsTo } from '../support/mails.js';
import { createPoolUser, poolPassword } from '../support/pool-users.js';
import { bearer, signInWithTokens } from '../support/sessions.js';
import { UserDirectory } from '../../src/cognito/user-directory.js';
import { until } from '../support/until.js';
import { startUsher, type Usher } from '../support/usher.js';

let usher: Usher;
beforeAll(async () => {
  usher = await startUsher();
});
afterAll(() => usher.close());

async function person(email: string) {
  const sub = await createPoolUser(usher, email);
  const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
  const change = (to: string, currentPassword = poolPassword) =>
    usher.api.call('PUT', '/users/me/email', {
      body: { email: to, currentPassword },
      headers: bearer(accessToken),
    });
  const [row] = await usher.database.sql<{ id: string }>('SELECT id FROM users WHERE cognito_sub = $1', [
    sub,
  ]);
  return { id: Number(row?.id), sub, email, accessToken, headers: bearer(accessToken), change };
}
type Person = Awaited<ReturnType<typeof person>>;
const confirm = (token: string) => usher.api.call('PUT', '/users/confirmation', { body: { token } });

const cancel = (body: unknown) => usher.api.call('DELETE', '/users/confirmation', { body });
const pendingOf = async ({ id }: Person) =>
  (await usher.database.sql('SELECT 1 FROM usher.confirmations WHERE user_id = $1 AND used_at IS NULL', [id]))
    .length;
/** What is in the audit trail about somebody, oldest first. */
const auditOf = async ({ id }: Person) =>
  (
    await usher.database.sql<{ entry: string }>(
      `SELECT concat_ws(' ', action, actor, coalesce(actor_id::text, '-'), details->>'by') AS entry
       FROM usher.audit WHERE user_id = $1 ORDER BY id`,
      [id],
    )
  ).map(({ entry }) => entry);

/** The address on both sides, and the one that waits. */
async function addresses(sub: string) {
  const [row] = await usher.database.sql<{ email: string; unconfirmed_email: string | null }>(
    'SELECT email, unconfirmed_email FROM users WHERE cognito_sub = $1',
    [sub],
  );
  const pool = await usher.app.get(UserDirectory).find(sub);
  return { here: row?.email, pool: pool?.email, waiting: row?.unconfirmed_email };
}

describe('PUT /users/me/email', () => {
  it('counts once the owner of the new address has said so, and tells the old one', async () => {
    const { sub, change } = await person('old@example.com');
    expect(await change(' Fresh@Example.com ')).toMatchObject({ status: 202, text: '' });
    expect(await addresses(sub)).toEqual({
      here: 'old@example.com',
      pool: 'old@example.com',
      waiting: 'fresh@example.com',
    });
    expect((await usher.api.signIn('old@example.com', poolPassword)).status).toBe(200);
    const token = await mailedToken(usher, 'fresh@example.com');
    expect((await confirm(token)).status).toBe(204);
    expect(await addresses(sub)).toEqual({
      here: 'fresh@example.com',
      pool: 'fresh@example.com',
      waiting: null,
    });
    expect((await usher.api.signIn('fresh@example.com', poolPassword)).status).toBe(200);
    expect((await usher.api.signIn('old@example.com', poolPassword)).status).toBe(401);
    expect((await confirm(token)).status).toBe(204);
    await allMailsSent(usher);
    expect(subjectsTo(usher, 'old@example.com')).toEqual([
      'Your address is about to change',
      'Your address was changed',
    ]);
    const notice = usher.mail.messages().find(({ subject }) => subject === 'Your address is about to change');
    expect(notice?.text).toContain('f***@example.com');
    expect(notice?.text).not.toContain('fresh@');
  });

  it('asks for the password, and leaves no session behind', async () => {
    const { accessToken, change } = await person('careful@example.com');
    expect((await change('careful-2@example.com', 'wrong-password-1')).body.code).toBe(
      'auth.invalid_credentials',
    );
    expect((await change('careful-2@example.com')).status).toBe(202);
    const sessions = (await usher.api.get('/auth/sessions', bearer(accessToken))).body;
    expect(sessions).toHaveLength(1);
    expect(usher.proxy.arrived.at(-1)).toBe('RevokeToken');
    expect((await change('no address')).status).toBe(422);
  });

  it('does not say that an address is taken: its owner hears of it', async () => {
    await person('taken@example.com');
    const { sub, change } = await person('greedy@example.com');
    expect(await change('taken@example.com')).toMatchObject({ status: 202, text: '' });
    await allMailsSent(usher);
    expect(subjectsTo(usher, 'taken@example.com')).toEqual(['You have an account already']);
    expect((await addresses(sub)).here).toBe('greedy@example.com');
  });

  it('stays as it was on both sides when Cognito refuses, and can be tried again', async () => {
    const { sub, change } = await person('steady@example.com');
    await change('steady-2@example.com');
    const token = await mailedToken(usher, 'steady-2@example.com');
    usher.proxy.answerWith('AdminUpdateUserAttributes', exception('AliasExistsException'));
    expect((await confirm(token)).body.code).toBe('auth.account_link_conflict');
    usher.proxy.answerWith('AdminUpdateUserAttributes', exception('TooManyRequestsException'));
    expect((await confirm(token)).status).toBe(503);
    usher.proxy.answerWith('AdminUpdateUserAttributes', undefined);
    expect(await addresses(sub)).toMatchObject({ here: 'steady@example.com', pool: 'steady@example.com' });
    expect((await confirm(token)).status).toBe(204);
    expect(await addresses(sub)).toMatchObject({
      here: 'steady-2@example.com',
      pool: 'steady-2@example.com',
    });
  });

  it('goes by the last wish when there are two', async () => {
    const { sub, change } = await person('torn@example.com');
    await change('torn-a@example.com');
    const first = await mailedToken(usher, 'torn-a@example.com');
    await change('torn-b@example.com');
    const second = await mailedToken(usher, 'torn-b@example.com');
    expect((await confirm(first)).body.code).toBe('users.confirmation_invalid');
    expect((await confirm(second)).status).toBe(204);
    expect(await addresses(sub)).toEqual({
      here: 'torn-b@example.com',
      pool: 'torn-b@example.com',
      waiting: null,
    });
  });

  it('never ends with two addresses when a wish and a click, or two clicks, race', async () => {
    const { sub, change } = await person('racing@example.com');
    await change('racing-a@example.com');
    const first = await mailedToken(usher, 'racing-a@example.com');
    await Promise.all([confirm(first), confirm(first), change('racing-b@example.com')]);
    await confirm(await mailedToken(usher, 'racing-b@example.com'));
    const { here, pool } = await addresses(sub);
    expect(here).toBe(pool);
    expect(here).toBe('racing-b@example.com');
  });

  it('gives the address back when another row has taken it meanwhile', async () => {
    const { sub, change } = await person('unlucky@example.com');
    await change('wanted@example.com');
    const token = await mailedToken(usher, 'wanted@example.com');
    await usher.database.sql(
      `INSERT INTO users (email, encrypted_password, created_at, updated_at) VALUES ('WANTED@example.com', '', now(), now())`,
    );
    expect((await confirm(token)).body.code).toBe('auth.account_link_conflict');
    expect(await addresses(sub)).toMatchObject({ here: 'unlucky@example.com', pool: 'unlucky@example.com' });
  });

  it('is audited: the request with the person, the click with nobody, who need not be its owner', async () => {
    const changing = await person('audited@example.com');
    await changing.change('audited-2@example.com');
    await confirm(await mailedToken(usher, 'audited-2@example.com'));
    expect(await auditOf(changing)).toEqual([
      `request-email-change user ${changing.id}`,
      'change-email user - mailed_link',
    ]);
  });

  it('does not go on for a person disabled meanwhile', async () => {
    const { sub, change } = await person('stopped@example.com');
    await change('stopped-2@example.com');
    const token = await mailedToken(usher, 'stopped-2@example.com');
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE cognito_sub = $1', [sub]);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
  });
});

let admin: Awaited<ReturnType<typeof personWith>>;
const asAdmin = async (method: string, path: string) => {
  admin ??= await personWith(usher, 'the-admin@example.com', 'admin');
  const { status } = await usher.api.call(method, path, { headers: admin.headers });
  expect([202, 204]).toContain(status);
};
const command = async (...argv: string[]) => {
  const { status, err } = await runCommand(argv, usher.variables);
  expect({ status, err }).toMatchObject({ status: 0 });
};
const newPassword = 'another-password-1';
const twice = { password: newPassword, passwordConfirmation: newPassword };

/** What revokes the credentials of a person. */
const revocations: Record<string, (user: Person) => Promise<unknown>> = {
  'a reset': async ({ email }) => {
    await usher.api.post('/passwords/forgot', { email });
    const code = await mailedCode(usher, email);
    expect((await usher.api.post('/passwords/reset', { email, code, ...twice })).status).toBe(204);
  },
  'a change of the password': async ({ headers }) => {
    const body = { currentPassword: poolPassword, ...twice };
    expect((await usher.api.post('/passwords/change', body, headers)).status).toBe(204);
  },
  'signing out everywhere': async ({ headers }) => {
    expect((await usher.api.post('/auth/sign-out-everywhere', undefined, headers)).status).toBe(204);
  },
  'an administrator’s end of sessions': ({ id }) => asAdmin('DELETE', `/admin/users/${id}/sessions`),
  'disabling and enabling': async ({ id }) => {
    await asAdmin('POST', `/admin/users/${id}/disable`);
    await asAdmin('POST', `/admin/users/${id}/enable`);
  },
  enabling: ({ id }) => asAdmin('POST', `/admin/users/${id}/enable`),
  deletion: ({ id }) => asAdmin('DELETE', `/admin/users/${id}`),
  'usher users relink': ({ email }) => command('users', 'relink', email),
  'usher migration reopen': async ({ email }) => {
    await usher.database.sql(`UPDATE users SET encrypted_password = 'some hash' WHERE email = $1`, [email]);
    await command('migration', 'reopen', email);
  },
};

describe('a pending change of address', () => {
  it.each(Object.keys(revocations))('ends with %s', async (name) => {
    const email = `owner-${Object.keys(revocations).indexOf(name)}@example.com`;
    const stranger = email.replace('owner', 'stranger');
    const owner = await person(email);
    await owner.change(stranger);
    const token = await mailedToken(usher, stranger);
    // As Devise leaves it where the change was requested at Rails.
    await usher.database.sql(`UPDATE users SET confirmation_token = $2 WHERE id = $1`, [
      owner.id,
      `rails ${email}`,
    ]);
    await revocations[name]?.(owner);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect(await pendingOf(owner)).toBe(0);
    const [row] = await usher.database.sql(
      `SELECT confirmation_token, unconfirmed_email FROM users WHERE id = $1`,
      [owner.id],
    );
    expect(row).toEqual({ confirmation_token: null, unconfirmed_email: null });
    expect((await usher.app.get(UserDirectory).find(stranger))?.sub).toBeUndefined();
  });

  it('ends when the person signs in to confirm it and signs out everywhere meanwhile', async () => {
    const owner = await person('in-flight-request@example.com');
    const passwordCheck = usher.proxy.holdAnswer('InitiateAuth');
    const request = owner.change('in-flight-2@example.com');
    await passwordCheck.done;
    await revocations['signing out everywhere']?.(owner);
    passwordCheck.release();
    expect((await request).body.code).toBe('auth.token_invalid');
    expect(await pendingOf(owner)).toBe(0);
    expect((await addresses(owner.sub)).waiting).toBeNull();
  });

  it.each(['signing out everywhere', 'disabling and enabling', 'an administrator’s end of sessions'])(
    'does not take effect when Cognito is being told while %s happens',
    async (name) => {
      const email = `in-flight-${Object.keys(revocations).indexOf(name)}@example.com`;
      const owner = await person(email);
      await owner.change(`x-${email}`);
      const token = await mailedToken(usher, `x-${email}`);
      const told = usher.proxy.holdAnswer('AdminUpdateUserAttributes');
      const click = confirm(token);
      await told.done;
      expect(await addresses(owner.sub)).toMatchObject({ here: email, pool: `x-${email}` });
      await revocations[name]?.(owner);
      told.release();
      expect((await click).body.code).toBe('users.confirmation_invalid');
      expect(await addresses(owner.sub)).toEqual({ here: email, pool: email, waiting: null });
      expect(await pendingOf(owner)).toBe(0);
      expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    },
  );

  it('is taken back from the pool when Cognito’s answer was lost, and reconcile does not take it', async () => {
    const owner = await person('lost-answer@example.com');
    await owner.change('of-the-thief@example.com');
    const token = await mailedToken(usher, 'of-the-thief@example.com');
    const told = usher.proxy.loseAnswer('AdminUpdateUserAttributes');
    const click = confirm(token);
    await told;
    usher.proxy.answerWith('AdminUpdateUserAttributes', cutOff);
    expect((await click).status).toBe(503);
    expect(await addresses(owner.sub)).toMatchObject({ pool: 'of-the-thief@example.com' });
    await revocations['an administrator’s end of sessions']?.(owner);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    const reconcile = await runCommand(['migration', 'reconcile', '--apply', '--json'], usher.variables);
    expect(reconcile.out).toMatch(
      /"kind":"email_changed_in_pool".*lost-answer@example.com.*"outcome":"changed meanwhile"/,
    );
    expect((await addresses(owner.sub)).here).toBe('lost-answer@example.com');
    usher.proxy.answerWith('AdminUpdateUserAttributes', undefined);
    await usher.database.sql(
      'UPDATE usher.confirmations SET applying_until = now() WHERE applying_until > now()',
    );
    await until(async () => (await addresses(owner.sub)).pool === 'lost-answer@example.com');
    expect(await addresses(owner.sub)).toEqual({
      here: 'lost-answer@example.com',
      pool: 'lost-answer@example.com',
      waiting: null,
    });
    // A request that was still under way could arrive later: it is looked at until that is out of the question.
    await usher.database.sql(`UPDATE usher.confirmations SET revoked_at = revoked_at - interval '1 minute'`);
    await until(async () => (await pendingOf(owner)) === 0);
  });
});

describe('cancelling a change of address', () => {
  it('takes a click on the link of the notice mail', async () => {
    const owner = await person('notified@example.com');
    await owner.change('notified-2@example.com');
    const token = await mailedToken(usher, 'notified-2@example.com');
    const cancelToken = await mailedCancelToken(usher, owner.email);
    const page = await openPage(`${usher.url}/users/confirmation?cancel=${cancelToken}`);
    expect(page).toMatchObject({
      heading: { textContent: 'Cancel the change of your address' },
      button: { textContent: 'Cancel the change' },
      label: { hidden: true },
    });
    expect((await addresses(owner.sub)).waiting).toBe('notified-2@example.com');
    expect(await page.submit()).toMatch(/cancelled now/);
    expect(page.requests).toEqual([{ method: 'DELETE', body: { token: cancelToken } }]);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect(await addresses(owner.sub)).toEqual({ here: owner.email, pool: owner.email, waiting: null });
    expect(await auditOf(owner)).toEqual([
      `request-email-change user ${owner.id}`,
      'cancel-email-change user - mailed_link',
    ]);
    expect(await cancel({ token: cancelToken })).toMatchObject({ status: 204, text: '' });
    expect(await auditOf(owner)).toHaveLength(2);
  });

  it('answers alike for a token that is used, gone or made up, and refuses what is none', async () => {
    const owner = await person('finished@example.com');
    await owner.change('finished-2@example.com');
    const cancelToken = await mailedCancelToken(usher, owner.email);
    const token = await mailedToken(usher, 'finished-2@example.com');
    expect((await confirm(cancelToken)).body.code).toBe('users.confirmation_invalid');
    expect((await cancel({ token })).status).toBe(204);
    expect((await confirm(token)).status).toBe(204);
    await owner.change('finished-3@example.com');
    for (const gone of [cancelToken, 'made-up']) expect((await cancel({ token: gone })).status).toBe(204);
    expect((await addresses(owner.sub)).waiting).toBe('finished-3@example.com');
    for (const body of [{}, { token: 7 }, { token: '' }, { token: 'x'.repeat(257) }, { token: null }])
      expect(await cancel(body)).toMatchObject({ status: 422, body: { code: 'request.invalid' } });
  });

  it('works with an earlier notice, and where the address is taken', async () => {
    await person('somebody-elses@example.com');
    const owner = await person('asked-twice@example.com');
    await owner.change('asked-twice-a@example.com');
    await allMailsSent(usher);
    const first = await mailedCancelToken(usher, owner.email);
    await owner.change('somebody-elses@example.com');
    await allMailsSent(usher);
    expect(await mailedCancelToken(usher, owner.email)).not.toBe(first);
    expect((await cancel({ token: first })).status).toBe(204);
    expect((await addresses(owner.sub)).waiting).toBeNull();
    expect(await pendingOf(owner)).toBe(0);
    expect((await auditOf(owner)).at(-1)).toBe('cancel-email-change user - mailed_link');
  });

  it('is asking for the address that one has', async () => {
    const owner = await person('thinks-again@example.com');
    await owner.change('thinks-again-2@example.com');
    const token = await mailedToken(usher, 'thinks-again-2@example.com');
    await allMailsSent(usher);
    const mails = usher.mail.messages().length;
    expect(await owner.change(' Thinks-Again@example.com')).toMatchObject({ status: 202, text: '' });
    expect((await owner.change('thinks-again@example.com')).status).toBe(202);
    await allMailsSent(usher);
    expect(usher.mail.messages()).toHaveLength(mails);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect((await addresses(owner.sub)).waiting).toBeNull();
    expect(await auditOf(owner)).toEqual([
      `request-email-change user ${owner.id}`,
      `cancel-email-change user ${owner.id}`,
    ]);
  });
});
