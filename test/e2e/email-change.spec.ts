import { describe, expect, it } from '@jest/globals';
import { exception } from '../support/fakes/cognito-proxy.js';
import { addressesOf, auditOf, confirmEmail, emailChanger } from '../support/builders/email-changes.js';
import { allMailsSent, mailedToken, subjectsTo } from '../support/drivers/mails.js';
import { poolPassword } from '../support/builders/pool-users.js';
import { bearer } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const person = (email: string) => emailChanger(usher, email);
const confirm = (token: string) => confirmEmail(usher, token);
const addresses = (sub: string) => addressesOf(usher, { sub });

describe('PUT /users/me/email', () => {
  it('takes effect after the confirmation by the new address, and notifies the old one', async () => {
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

  it('requires the password and leaves no session at Cognito', async () => {
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

  it('does not reveal that an address is taken and notifies its owner', async () => {
    await person('taken@example.com');
    const { sub, change } = await person('greedy@example.com');
    expect(await change('taken@example.com')).toMatchObject({ status: 202, text: '' });
    await allMailsSent(usher);
    expect(subjectsTo(usher, 'taken@example.com')).toEqual(['You have an account already']);
    expect((await addresses(sub)).here).toBe('greedy@example.com');
  });

  it('changes neither side when Cognito refuses, and can be retried', async () => {
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

  it('uses the later of two requests', async () => {
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

  it('never leaves different addresses after concurrent requests and confirmations', async () => {
    const { sub, change } = await person('racing@example.com');
    await change('racing-a@example.com');
    const first = await mailedToken(usher, 'racing-a@example.com');
    await Promise.all([confirm(first), confirm(first), change('racing-b@example.com')]);
    await confirm(await mailedToken(usher, 'racing-b@example.com'));
    const { here, pool } = await addresses(sub);
    expect(here).toBe(pool);
    expect(here).toBe('racing-b@example.com');
  });

  it('restores the old address at Cognito when another row has taken the new one', async () => {
    const { sub, change } = await person('unlucky@example.com');
    await change('wanted@example.com');
    const token = await mailedToken(usher, 'wanted@example.com');
    await usher.database.sql(
      `INSERT INTO users (email, encrypted_password, created_at, updated_at) VALUES ('WANTED@example.com', '', now(), now())`,
    );
    expect((await confirm(token)).body.code).toBe('auth.account_link_conflict');
    expect(await addresses(sub)).toMatchObject({ here: 'unlucky@example.com', pool: 'unlucky@example.com' });
  });

  it('is audited: the request with the signed-in user, the confirmation without an actor', async () => {
    const changing = await person('audited@example.com');
    await changing.change('audited-2@example.com');
    await confirm(await mailedToken(usher, 'audited-2@example.com'));
    expect(await auditOf(usher, changing)).toEqual([
      `request-email-change user ${changing.id}`,
      'change-email user - mailed_link',
    ]);
  });

  it('is refused for a user who was disabled after the request', async () => {
    const { sub, change } = await person('stopped@example.com');
    await change('stopped-2@example.com');
    const token = await mailedToken(usher, 'stopped-2@example.com');
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE cognito_sub = $1', [sub]);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
  });
});
