import { describe, expect, it } from '@jest/globals';
import {
  addressesOf,
  auditOf,
  confirmEmail,
  emailChanger,
  pendingConfirmations,
} from '../support/builders/email-changes.js';
import { allMailsSent, mailedToken, subjectsTo } from '../support/drivers/mails.js';
import { answerTo, challengeOf, temporaryPassword } from '../support/builders/pool-users.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const person = (email: string) => emailChanger(usher, email);
const confirm = (token: string) => confirmEmail(usher, token);
const addresses = (sub: string) => addressesOf(usher, { sub });

describe('a pending change of address', () => {
  it('ends when the owner sets a new password at the challenge NEW_PASSWORD_REQUIRED', async () => {
    const owner = await person('rescued@example.com');
    await owner.change('thief-of-rescued@example.com');
    const token = await mailedToken(usher, 'thief-of-rescued@example.com');
    await usher.cognito.adminSetUserPassword({
      UserPoolId: usher.userPoolId,
      Username: owner.sub,
      Password: temporaryPassword,
      Permanent: false,
    });
    const challenge = challengeOf(await usher.api.signIn(owner.email, temporaryPassword));
    expect(challenge.name).toBe('NEW_PASSWORD_REQUIRED');
    expect((await answerTo(usher, challenge, { NEW_PASSWORD: 'another-password-1' })).status).toBe(200);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect((await addresses(owner.sub)).here).toBe(owner.email);
  });

  it('is cancelled by a request for the current address in another spelling', async () => {
    const owner = await person('own@bücher.example');
    await owner.change('elsewhere@example.com');
    await allMailsSent(usher);
    const mails = usher.mail.messages().length;
    expect((await owner.change('own@xn--bcher-kva.example')).status).toBe(202);
    await allMailsSent(usher);
    expect({
      waiting: (await addresses(owner.sub)).waiting,
      pending: await pendingConfirmations(usher, owner),
      audit: (await auditOf(usher, owner)).at(-1),
      mails: usher.mail
        .messages()
        .slice(0, usher.mail.messages().length - mails)
        .map(({ subject }) => subject),
    }).toEqual({ waiting: null, pending: 0, audit: `cancel-email-change user ${owner.id}`, mails: [] });
  });

  it('is notified to the current address of the account when another change completes first', async () => {
    const owner = await person('first-address@example.com');
    await owner.change('second-address@example.com');
    const token = await mailedToken(usher, 'second-address@example.com');
    const check = usher.proxy.holdAnswer('InitiateAuth');
    const request = owner.change('third-address@example.com');
    await check.done;
    expect((await confirm(token)).status).toBe(204);
    check.release();
    expect((await request).status).toBe(202);
    await allMailsSent(usher);
    expect(subjectsTo(usher, 'second-address@example.com')).toContain('Your address is about to change');
  });

  it('answers 204 again to a used link, also after a later change', async () => {
    const owner = await person('moves@example.com');
    await owner.change('moves-2@example.com');
    const first = await mailedToken(usher, 'moves-2@example.com');
    expect((await confirm(first)).status).toBe(204);
    expect((await confirm(first)).status).toBe(204);
    await owner.change('moves-3@example.com');
    expect((await confirm(await mailedToken(usher, 'moves-3@example.com'))).status).toBe(204);
    expect((await confirm(first)).status).toBe(204);
  });

  it('can be requested by several users at once when each has an expired request', async () => {
    const people = await Promise.all(
      Array.from({ length: 8 }, (_each, n) => person(`forgetful-${n}@example.com`)),
    );
    for (const one of people) await one.change(`old-${one.email}`);
    await usher.database.sql(`UPDATE usher.confirmations SET expires_at = now() - interval '8 days'`);
    const answers = await Promise.all(people.map((one) => one.change(`new-${one.email}`)));
    expect(answers.map(({ status, body }) => body.code ?? status)).toEqual(people.map(() => 202));
  });
});
