import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import type { TotpEnrolmentResponse } from '#contracts';
import { Outbox } from '../../src/mail/outbox.js';
import { MfaChanges } from '../../src/users/mfa-changes.js';
import { personWith } from '../support/builders/admins.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { untilWaiting } from '../support/drivers/database.js';
import {
  lastCode,
  nextTotp,
  poolPassword,
  setMfa,
  challengeOf,
  answerTo,
} from '../support/builders/pool-users.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import {
  actions,
  call,
  enabled,
  enrol,
  factorsOf,
  mails,
  newPassword,
  outcome,
  removed,
  openWithFactors,
  usher,
  verify,
  withApp,
} from '../support/drivers/second-factor.js';

let rival: pg.Client;
openWithFactors();
beforeAll(async () => {
  rival = await usher.database.connect();
});

const pending = async (id: number) =>
  (await usher.database.sql('SELECT 1 FROM usher.mfa_changes WHERE user_id = $1', [id])).length;
const finished = async (id: number) => {
  await usher.database.sql('UPDATE usher.mfa_changes SET next_try_at = now() WHERE user_id = $1', [id]);
  await until(async () => (await pending(id)) === 0, 20_000);
};

describe('a removal with a lost answer', () => {
  it('does not remove an app that the user has set up since', async () => {
    const person = await withApp('again@example.org');
    const boss = await personWith(usher, 'again-boss@example.org', 'admin');
    // Cognito executes the command but answers with an error.
    usher.proxy.answerWith('AdminSetUserMFAPreference', exception('InternalErrorException', '', 500));
    const refused = outcome(await call(boss, 'DELETE', `/admin/users/${person.id}/mfa`));
    usher.proxy.answerWith('AdminSetUserMFAPreference', undefined);
    expect(refused).toBe('503 cognito.unavailable');
    await usher.cognito.adminSetUserMFAPreference({
      UserPoolId: usher.userPoolId,
      Username: person.email,
      SoftwareTokenMfaSettings: { Enabled: false, PreferredMfa: false },
    });
    const { accessToken } = await signInWithTokens(usher.api, {
      email: person.email,
      password: poolPassword,
    });
    const anew = { headers: bearer(accessToken) };
    const { secretCode } = (await enrol(anew)).body as unknown as TotpEnrolmentResponse;
    expect(outcome(await verify(anew, nextTotp(usher, secretCode)))).toBe('204');
    await finished(person.id);
    expect(await factorsOf(person.email)).toEqual(['SOFTWARE_TOKEN_MFA']);
    expect(await mails(person.email)).toEqual([enabled, removed, enabled]);
  });

  it('is completed when the administrator repeats it', async () => {
    const person = await withApp('repeated@example.org');
    const boss = await personWith(usher, 'repeated-boss@example.org', 'admin');
    usher.proxy.answerWith('AdminSetUserMFAPreference', exception('InternalErrorException', '', 500));
    await call(boss, 'DELETE', `/admin/users/${person.id}/mfa`);
    usher.proxy.answerWith('AdminSetUserMFAPreference', undefined);
    expect(outcome(await call(boss, 'DELETE', `/admin/users/${person.id}/mfa`))).toBe('204');
    expect(await pending(person.id)).toBe(0);
    expect(await mails(person.email)).toEqual([enabled, removed]);
  });
});

it('records no error on a removal that another process has leased', async () => {
  const person = await personWith(usher, 'leased@example.org');
  const changes = usher.app.get(MfaChanges, { strict: false });
  await changes.insertRemoval(person.id, person.id, 'en');
  const read = () =>
    usher.database.sql(
      'SELECT tries, last_error, leased_until, next_try_at FROM usher.mfa_changes WHERE user_id = $1',
      [person.id],
    );
  const before = await read();
  expect(before).toMatchObject([{ tries: 0, last_error: null, leased_until: expect.anything() }]);
  const post = jest.spyOn(usher.app.get(Outbox, { strict: false }), 'post');
  post.mockRejectedValueOnce(new Error('no mail'));
  await changes.finishRemovals(await changes.findUnfinishedRemovals(person.id));
  expect(post).toHaveBeenCalledTimes(1);
  expect(await read()).toEqual(before);
  await changes.finishRemovals(await changes.findUnfinishedRemovals(person.id));
  expect(await read()).toEqual([]);
});

it('does not block a reset that removes factors too', async () => {
  const person = await withApp('both@example.org');
  const boss = await personWith(usher, 'both-boss@example.org', 'admin');
  const path = `/admin/users/${person.id}/mfa`;
  expect(outcome(await call(boss, 'DELETE', path, { at: 'reset' }))).toBe('204');
  await usher.api.post('/passwords/forgot', { email: person.email });
  const code = await lastCode(usher, person.email);
  const twice = { password: newPassword, passwordConfirmation: newPassword };
  await rival.query('BEGIN');
  await rival.query('UPDATE users SET updated_at = now() WHERE id = $1', [person.id]);
  const byBoss = call(boss, 'DELETE', path);
  await untilWaiting(usher.database, 1);
  const byReset = usher.api.post('/passwords/reset', {
    email: person.email,
    code,
    ...twice,
    removeMfa: true,
  });
  await untilWaiting(usher.database, 2);
  await rival.query('COMMIT');
  expect([outcome(await byBoss), (await byReset).status]).toEqual(['204', 204]);
  expect(usher.logLines().filter((line) => line.includes('deadlock'))).toEqual([]);
  expect(await factorsOf(person.email)).toEqual([]);
  expect(await actions(person)).toEqual(['enable-totp', 'allow-mfa-removal', 'remove-mfa']);
});

it('lets the user set up another app in a pool that requires a factor', async () => {
  const person = await withApp('demanding@example.org');
  const boss = await personWith(usher, 'demanding-boss@example.org', 'admin');
  await setMfa(usher, { MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } });
  try {
    expect(outcome(await call(boss, 'DELETE', `/admin/users/${person.id}/mfa`))).toBe('204');
    const challenge = challengeOf(await usher.api.signIn(person.email, poolPassword));
    expect(challenge.name).toBe('MFA_SETUP');
    const code = nextTotp(usher, challenge.totp?.secretCode);
    expect((await answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE: code })).status).toBe(200);
  } finally {
    await setMfa(usher, { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } });
  }
  expect(await mails(person.email)).toEqual([enabled, removed, enabled]);
});

it('audits and mails an app that was set up in a sign-in that is then refused', async () => {
  const person = await personWith(usher, 'refused@example.org');
  await setMfa(usher, { MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } });
  const challenge = challengeOf(await usher.api.signIn(person.email, poolPassword));
  const held = usher.proxy.holdAnswer('RespondToAuthChallenge');
  const code = nextTotp(usher, challenge.totp?.secretCode);
  const answer = answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE: code });
  await held.done;
  expect(outcome(await call(person, 'POST', '/auth/sign-out-everywhere'))).toBe('204');
  held.release();
  const { status } = await answer;
  await setMfa(usher, { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } });
  expect(status).toBe(401);
  expect(await factorsOf(person.email)).toEqual(['SOFTWARE_TOKEN_MFA']);
  expect(await actions(person)).toEqual(['enable-totp']);
  expect(await mails(person.email)).toEqual([enabled]);
});
