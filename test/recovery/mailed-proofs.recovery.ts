import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TotpEnrolmentResponse } from '#contracts';
import { personWith } from '../support/builders/admins.js';
import { lastCode, nextTotp, poolPassword, setMfa, useFactors } from '../support/builders/pool-users.js';
import {
  disable,
  enrol,
  minute,
  outcome,
  pass,
  openWithFactors,
  usher,
  verify,
  withApp,
} from '../support/drivers/second-factor.js';

openWithFactors();
beforeAll(() =>
  setMfa(usher, {
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
    EmailMfaConfiguration: {},
  }),
);

const missing = '403 auth.reauthentication_required';
const wrong = '401 auth.invalid_credentials';
const forgetProofs = () => usher.database.sql('UPDATE usher.recent_proofs SET proven_at = NULL');

async function withMail(email: string) {
  const person = await personWith(usher, email);
  await useFactors(usher, person.email, 'EMAIL');
  await pass(11 * minute);
  expect(outcome(await enrol(person, { password: poolPassword }))).toBe(missing);
  return person;
}

describe('a mailed code', () => {
  it('that was used is not requested again, and an app that was enabled since is required instead', async () => {
    const person = await withMail('used@example.org');
    const code = await lastCode(usher, person.email);
    const { secretCode } = (await enrol(person, { password: poolPassword, code }))
      .body as unknown as TotpEnrolmentResponse;
    expect(outcome(await verify(person, nextTotp(usher, secretCode)))).toBe('204');
    await forgetProofs();
    const byApp = { password: poolPassword, code: nextTotp(usher, secretCode) };
    expect(outcome(await disable(person, byApp))).toBe('204');
  });

  it('is valid once', async () => {
    const person = await withMail('once@example.org');
    const code = await lastCode(usher, person.email);
    expect(outcome(await enrol(person, { password: poolPassword, code }))).toBe('200');
    await forgetProofs();
    expect(outcome(await enrol(person, { password: poolPassword, code }))).toBe(wrong);
  });

  it('that has expired can be requested again', async () => {
    const person = await withMail('late@example.org');
    await pass(5 * minute);
    const old = await lastCode(usher, person.email);
    expect(outcome(await enrol(person, { password: poolPassword, code: old }))).toBe(wrong);
    expect(outcome(await enrol(person, { password: poolPassword }))).toBe(missing);
    const code = await lastCode(usher, person.email);
    expect(outcome(await enrol(person, { password: poolPassword, code }))).toBe('200');
  });

  it('stays valid after a wrong entry, and is sent once', async () => {
    const person = await withMail('typo@example.org');
    const code = await lastCode(usher, person.email);
    expect(outcome(await enrol(person, { password: poolPassword, code: '000000' }))).toBe(wrong);
    expect(outcome(await enrol(person, { password: poolPassword, code }))).toBe('200');
  });
});

it('counts wrong guesses of several processes together', async () => {
  const person = await withApp('parallel@example.org');
  await pass(20 * minute);
  const { api } = await usher.startProcess({ PORT: '0' });
  const guess = (turn: number) =>
    (turn % 2 ? api : usher.api).post('/auth/mfa/totp', { password: `wrong-${turn}` }, person.headers);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, turn) => guess(turn)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([
    ...Array.from({ length: 5 }, () => 401),
    ...Array.from({ length: 15 }, () => 429),
  ]);
});
