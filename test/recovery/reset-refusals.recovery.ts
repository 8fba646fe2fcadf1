import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  accountKinds,
  databaseOfAccountKinds,
  prepareAccountKinds,
} from '../support/builders/account-kinds.js';
import { allMailsSent, mailedCode } from '../support/drivers/mails.js';
import { openUsher } from '../support/drivers/usher.js';
import { visible } from '../support/drivers/visible-answer.js';

const password = 'chosen-by-the-owner-1';
const migrated = accountKinds['a wrong password of a migrated user'].email;

const usher = openUsher(async () => ({ database: await databaseOfAccountKinds(false) }));
beforeAll(async () => {
  await prepareAccountKinds(usher);
});

const forgot = (email: string) => usher.api.post('/passwords/forgot', { email });
const reset = (email: string, code: string) =>
  usher.api.post('/passwords/reset', { email, code, password, passwordConfirmation: password });

/** A code that was not mailed. */
const otherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

const ofUnknownUser = async () => visible(await reset('nobody@example.com', '123456'));

describe('a reset with a wrong code', () => {
  it.each(Object.entries(accountKinds))(
    'is answered for %s as for an unknown user',
    async (_kind, { email }) => {
      const before = await ofUnknownUser();
      expect(before).toMatchObject({ status: 422, body: { code: 'passwords.code_wrong' } });
      expect(visible(await reset(email, '123456'))).toEqual(before);
      expect(visible(await forgot(email))).toEqual(visible(await forgot('nobody@example.com')));
      await allMailsSent(usher);
      expect(visible(await reset(email, '123456'))).toEqual(await ofUnknownUser());
    },
  );
});

describe('a reset of a migrated user', () => {
  it('is answered as for an unknown user if the code has expired', async () => {
    await forgot(migrated);
    const code = await mailedCode(usher, migrated);
    usher.clock.advanceBy(61 * 60_000);
    expect(visible(await reset(migrated, code))).toEqual(await ofUnknownUser());
  });

  it('is answered as for an unknown user if the code was used', async () => {
    await forgot(migrated);
    await allMailsSent(usher);
    const code = await mailedCode(usher, migrated);
    expect((await reset(migrated, otherThan(code))).status).toBe(422);
    expect((await reset(migrated, code)).status).toBe(204);
    expect(visible(await reset(migrated, code))).toEqual(await ofUnknownUser());
  });

  it('is answered as for an unknown user if Cognito limits the attempts', async () => {
    const limited = { __type: 'LimitExceededException', message: 'Attempt limit exceeded' };
    usher.proxy.answerWith('ConfirmForgotPassword', (response) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(limited));
    });
    const answer = visible(await reset(migrated, '123456'));
    usher.proxy.answerWith('ConfirmForgotPassword', undefined);
    expect(answer).toEqual(await ofUnknownUser());
  });
});

it('does not document a code of its own for expired codes', async () => {
  const { text } = await usher.api.get('/openapi.json');
  const { paths } = JSON.parse(text) as { paths: Record<string, unknown> };
  const route = JSON.stringify(paths['/passwords/reset']);
  expect(route).toContain('passwords.code_wrong');
  expect(route).not.toContain('passwords.code_expired');
});
