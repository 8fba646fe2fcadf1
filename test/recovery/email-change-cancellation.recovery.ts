import { describe, expect, it } from '@jest/globals';
import { openPage } from '../support/drivers/confirmation-page.js';
import {
  addressesOf,
  auditOf,
  confirmEmail,
  emailChanger,
  pendingConfirmations,
} from '../support/builders/email-changes.js';
import { allMailsSent, mailedCancelToken, mailedToken } from '../support/drivers/mails.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ environment: { RATE_LIMITS: 'on' } });

const person = (email: string) => emailChanger(usher, email);
const confirm = (token: string) => confirmEmail(usher, token);
const addresses = (sub: string) => addressesOf(usher, { sub });
const cancel = (body: unknown) => usher.api.call('DELETE', '/users/confirmation', { body });

describe('cancelling a change of address', () => {
  it('needs a click on the link of the notice mail', async () => {
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
    expect(await page.submit()).toMatch(/now cancelled/);
    expect(page.requests).toEqual([{ method: 'DELETE', body: { token: cancelToken } }]);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect(await addresses(owner.sub)).toEqual({ here: owner.email, pool: owner.email, waiting: null });
    expect(await auditOf(usher, owner)).toEqual([
      `request-email-change user ${owner.id}`,
      'cancel-email-change user - mailed_link',
    ]);
    expect(await cancel({ token: cancelToken })).toMatchObject({ status: 204, text: '' });
    expect(await auditOf(usher, owner)).toHaveLength(2);
  });

  it('gives the same answer for a used, expired or unknown token, and refuses an invalid one', async () => {
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

  it('works with an earlier notice, and when the address is taken', async () => {
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
    expect(await pendingConfirmations(usher, owner)).toBe(0);
    expect((await auditOf(usher, owner)).at(-1)).toBe('cancel-email-change user - mailed_link');
  });

  it('is done by a request for the current address', async () => {
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
    expect(await auditOf(usher, owner)).toEqual([
      `request-email-change user ${owner.id}`,
      `cancel-email-change user ${owner.id}`,
    ]);
  });

  it('is limited by client address, because every token gets the same answer', async () => {
    const answers: number[] = [];
    while (answers.length < 60 && answers.at(-1) !== 429)
      answers.push((await cancel({ token: `made-up-${answers.length}` })).status);
    expect(new Set(answers.slice(0, -1))).toEqual(new Set([204]));
    expect(answers.at(-1)).toBe(429);
  });
});
