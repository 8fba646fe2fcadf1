import { describe, expect, it } from '@jest/globals';
import { KeyRing } from '../../src/common/crypto/key-ring.js';
import { passwordTags } from '../../src/registration/sign-up-confirmation.service.js';
import { allMailsSent } from '../support/drivers/mails.js';
import { signUps } from '../support/drivers/sign-ups.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ environment: { BCRYPT_COST: '10' } });

const password = 'chosen-by-me-1';
const { confirm, rowOf, signUp, signUpWithEach, resentToken } = signUps(() => usher, password);

describe('the link of a sign-up', () => {
  it('is kept when its sign-up was confirmed by a link that was sent again', async () => {
    const email = 'both-mails@example.com';
    const [first = ''] = await signUpWithEach(email, password);
    const again = await resentToken(email);
    expect((await confirm(again)).status).toBe(204);
    expect((await confirm(first)).status).toBe(204);
  });

  it('answers 204 after its use, with any other member', async () => {
    const [token = ''] = await signUpWithEach('used@example.com', password);
    expect((await confirm(token)).status).toBe(204);
    const answers = [];
    for (const other of [7, {}, 'x'.repeat(257), '\u0000'])
      answers.push(
        (await usher.api.call('PUT', '/users/confirmation', { body: { token, password: other } })).status,
      );
    expect(answers).toEqual([204, 204, 204, 204]);
  });
});

describe('a stranger', () => {
  it('cannot displace the owner’s sign-up by repeated sign-ups with one password', async () => {
    const email = 'crowded@example.com';
    const tagOf = (text: string) => passwordTags(usher.app.get(KeyRing), text)[0];
    let strange = 0;
    while (tagOf(`stranger-${strange}-pw`) !== tagOf(password)) strange += 1;
    await signUpWithEach(email, password);
    const theirs = `stranger-${strange}-pw`;
    for (let n = 0; n < 15; n += 1) await signUp(email, { password: theirs, passwordConfirmation: theirs });
    expect((await confirm(await resentToken(email))).status).toBe(204);
    expect((await rowOf(email))?.confirmed).toBe(true);
  });

  it('cannot create two rows of an address by concurrent sign-ups in two spellings', async () => {
    for (let n = 0; n < 12; n += 1) {
      const names = [`victim-${n}@bücher.example`, `victim-${n}@xn--bcher-kva.example`];
      await Promise.all(
        [...names, ...names].map((email) => signUp(email, { password, passwordConfirmation: password })),
      );
    }
    await allMailsSent(usher);
    const rows = await usher.database.sql(
      `SELECT split_part(email, '@', 1) AS name, count(*)::int AS rows FROM users WHERE email LIKE 'victim-%' GROUP BY 1 HAVING count(*) > 1`,
    );
    expect(rows).toEqual([]);
  });
});
