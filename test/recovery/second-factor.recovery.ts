import { describe, expect, it } from '@jest/globals';
import type { TotpEnrolmentResponse } from '#contracts';
import { personWith } from '../support/builders/admins.js';
import { cutOff, exception } from '../support/fakes/cognito-proxy.js';
import {
  answerTo,
  challengeOf,
  lastCode,
  nextTotp,
  poolPassword,
  setMfa,
} from '../support/builders/pool-users.js';
import { bearer, calls, signInElsewhere, signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import {
  minute,
  enabled,
  removed,
  uncertain,
  allowed,
  newPassword,
  usher,
  pass,
  outcome,
  call,
  enrol,
  verify,
  disable,
  mfa,
  audit,
  actions,
  mails,
  factorsOf,
  withApp,
  signInWithApp,
  openWithFactors,
} from '../support/drivers/second-factor.js';

openWithFactors();

describe('a change of the second factor', () => {
  it('is returned, audited and mailed, and revokes other sessions, of any client', async () => {
    const person = await personWith(usher, 'owner@example.org');
    const second = await signInWithTokens(usher.api, { ...person, password: poolPassword });
    const elsewhere = await signInElsewhere(usher, { ...person, password: poolPassword });
    expect(await mfa(person)).toEqual({
      totp: false,
      sms: false,
      email: false,
      preferred: null,
      recoveryCodesLeft: 0,
    });
    const first = (await enrol(person)).body as unknown as TotpEnrolmentResponse;
    expect(new URL(first.otpauthUri).searchParams.get('issuer')).toBe('Acme Shop');
    expect({
      changed: await actions(person),
      other: await statusWith(usher.api, second.accessToken),
    }).toEqual({
      changed: [],
      other: 200,
    });
    const code = nextTotp(usher, first.secretCode).replace(/^(...)/, ' $1 ');
    const revoked = calls(usher, 'RevokeToken');
    expect(outcome(await verify(person, code))).toBe('204');
    expect({
      own: await statusWith(usher.api, person.headers.authorization?.slice(7) ?? ''),
      other: await statusWith(usher.api, second.accessToken),
      elsewhere: await statusWith(usher.api, elsewhere.accessToken),
    }).toEqual({ own: 200, other: 401, elsewhere: 401 });
    await until(() => calls(usher, 'RevokeToken') === revoked + 1);
    expect(await mfa(person)).toEqual({
      totp: true,
      sms: false,
      email: false,
      preferred: 'totp',
      recoveryCodesLeft: 0,
    });

    const next = (await enrol(person)).body as unknown as TotpEnrolmentResponse;
    expect(await actions(person)).toEqual(['enable-totp']);
    expect(outcome(await verify(person, nextTotp(usher, next.secretCode)))).toBe('204');
    expect(outcome(await disable(person))).toBe('204');
    // Without an enabled factor nothing changes.
    expect(outcome(await disable(person))).toBe('204');
    expect(await audit(person)).toEqual(
      ['enable-totp', 'replace-totp', 'disable-totp'].map((action) => ({
        action,
        details: {},
        actor_id: String(person.id),
      })),
    );
    expect(await mails(person.email)).toEqual([enabled, enabled, removed]);
    expect(await usher.database.sql('SELECT 1 FROM usher.mfa_changes')).toEqual([]);
  });

  it('may be verified for 15 minutes after its enrolment, by the same session only', async () => {
    const person = await personWith(usher, 'slow@example.org');
    const other = {
      headers: bearer((await signInWithTokens(usher.api, { ...person, password: poolPassword })).accessToken),
    };
    const { secretCode } = (await enrol(person)).body as unknown as TotpEnrolmentResponse;
    await pass(14 * minute);
    expect(outcome(await verify(other, nextTotp(usher, secretCode)))).toBe(
      '403 auth.reauthentication_required',
    );
    expect(outcome(await enrol(person))).toBe('403 auth.reauthentication_required');
    expect(outcome(await verify(person, nextTotp(usher, secretCode)))).toBe('204');
    expect(outcome(await verify(person, nextTotp(usher, secretCode)))).toBe(
      '403 auth.reauthentication_required',
    );
  });

  it('that Cognito refuses changes nothing, and one without an answer is mailed and revokes sessions', async () => {
    const person = await personWith(usher, 'lost@example.org');
    const second = await signInWithTokens(usher.api, { ...person, password: poolPassword });
    const { secretCode } = (await enrol(person)).body as unknown as TotpEnrolmentResponse;
    expect(outcome(await verify(person, '000000'))).toBe('422 auth.code_wrong');
    expect(await usher.database.sql('SELECT 1 FROM usher.mfa_changes')).toEqual([]);
    usher.proxy.answerWith('VerifySoftwareToken', cutOff);
    expect(outcome(await verify(person, nextTotp(usher, secretCode)))).toBe('503 cognito.unavailable');
    usher.proxy.answerWith('VerifySoftwareToken', undefined);
    expect(await statusWith(usher.api, second.accessToken)).toBe(200);
    // As after a crash, the lease has expired.
    await usher.database.sql(`UPDATE usher.mfa_changes SET next_try_at = now()`);
    await until(async () => (await statusWith(usher.api, second.accessToken)) === 401, 20_000);
    expect(await audit(person)).toEqual([
      { action: 'enable-totp', details: { outcome: 'unknown' }, actor_id: String(person.id) },
    ]);
    expect(await mails(person.email)).toEqual([uncertain]);
  });

  it('is mailed also when only its command for the app succeeded', async () => {
    const person = await personWith(usher, 'half@example.org');
    const { secretCode } = (await enrol(person)).body as unknown as TotpEnrolmentResponse;
    usher.proxy.answerWith(
      'SetUserMFAPreference',
      exception('NotAuthorizedException', 'Access Token has been revoked'),
    );
    expect(outcome(await verify(person, nextTotp(usher, secretCode)))).toBe('401 auth.token_invalid');
    usher.proxy.answerWith('SetUserMFAPreference', undefined);
    expect((await audit(person)).map(({ details }) => details)).toEqual([{ outcome: 'unknown' }]);
    expect(await mails(person.email)).toEqual([uncertain]);
  });
});

describe('a reset', () => {
  const reset = async (email: string, more: object) => {
    await usher.api.post('/passwords/forgot', { email });
    const code = await lastCode(usher, email);
    const { status } = await usher.api.post('/passwords/reset', {
      ...{ email, code, password: newPassword, passwordConfirmation: newPassword, ...more },
    });
    return status;
  };

  it('removes a factor only on request, with an administrator’s permission of the last 24 hours', async () => {
    const person = await withApp('reset@example.org');
    const boss = await personWith(usher, 'boss-3@example.org', 'admin');
    const path = `/admin/users/${person.id}/mfa`;
    expect(await reset(person.email, { removeMfa: true })).toBe(204);
    expect(await factorsOf(person.email)).toEqual(['SOFTWARE_TOKEN_MFA']);
    expect(outcome(await call(boss, 'DELETE', path, { at: 'reset' }))).toBe('204');
    expect(await factorsOf(person.email)).toEqual(['SOFTWARE_TOKEN_MFA']);
    expect(await mails(person.email)).toEqual([enabled, allowed]);
    await usher.database.sql(`UPDATE usher.mfa_removals SET expires_at = now()`);
    expect(await reset(person.email, { removeMfa: true })).toBe(204);
    expect(await factorsOf(person.email)).toEqual(['SOFTWARE_TOKEN_MFA']);
    expect(await actions(person)).toEqual(['enable-totp', 'allow-mfa-removal']);
  });

  it.each([
    ['the administrator who allowed it has lost the role', 'giver', `usher_roles = '{}'`],
    ['the administrator who allowed it is disabled', 'giver', 'usher_disabled_at = now()'],
    ['the person has become an administrator', 'person', `usher_roles = '{admin}'`],
  ])('removes no factor if %s since', async (_, whose, change) => {
    const person = await withApp(`since-${whose}-${change.length}@example.org`);
    const giver = await personWith(usher, `since-giver-${whose}-${change.length}@example.org`, 'support');
    const path = `/admin/users/${person.id}/mfa`;
    expect(outcome(await call(giver, 'DELETE', path, { at: 'reset' }))).toBe('204');
    const { id } = whose === 'giver' ? giver : person;
    await usher.database.sql(`UPDATE users SET ${change} WHERE id = $1`, [id]);
    expect(await reset(person.email, { removeMfa: true })).toBe(204);
    expect(await factorsOf(person.email)).toEqual(['SOFTWARE_TOKEN_MFA']);
    expect(await actions(person)).toEqual(['enable-totp', 'allow-mfa-removal']);
  });

  it('removes the factors once when it is allowed and requested', async () => {
    const person = await withApp('allowed@example.org');
    const boss = await personWith(usher, 'boss-4@example.org', 'admin');
    const path = `/admin/users/${person.id}/mfa`;
    expect(outcome(await call(boss, 'DELETE', path, { at: 'reset' }))).toBe('204');
    expect(await reset(person.email, {})).toBe(204);
    expect(await factorsOf(person.email)).toEqual(['SOFTWARE_TOKEN_MFA']);
    expect(await reset(person.email, { removeMfa: true })).toBe(204);
    expect(await factorsOf(person.email)).toEqual([]);
    expect((await usher.api.signIn(person.email, newPassword)).body.tokens).toBeDefined();
    expect((await audit(person)).at(-1)).toEqual({
      action: 'remove-mfa',
      details: { at: 'reset', allowedBy: boss.id },
      actor_id: String(person.id),
    });
    expect(await mails(person.email)).toEqual([enabled, allowed, removed]);
    expect(
      await usher.database.sql('SELECT 1 FROM usher.mfa_removals WHERE user_id = $1', [person.id]),
    ).toEqual([]);
  });
});

describe('a sign-in', () => {
  it('accepts the code with the blank that apps show, and sends a password with blanks unchanged', async () => {
    const person = await withApp('shown@example.org');
    const challenge = challengeOf(await usher.api.signIn(person.email, poolPassword));
    const code = nextTotp(usher, person.secret);
    const shown = `\u00a0${code.slice(0, 3)} ${code.slice(3)}\t`;
    expect((await answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE: shown })).status).toBe(200);
    expect((await signInWithApp(person)).status).toBe(200);
  });

  it('that sets up the app that the pool requires is audited and mailed', async () => {
    const person = await personWith(usher, 'demanded@example.org');
    await setMfa(usher, { MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } });
    const challenge = challengeOf(await usher.api.signIn(person.email, poolPassword));
    const code = nextTotp(usher, challenge.totp?.secretCode).replace(/^(...)/, '$1-');
    const { status, body } = await answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE: code });
    await setMfa(usher, { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } });
    expect({
      status,
      own: await statusWith(usher.api, body.tokens?.accessToken ?? ''),
      earlier: (await call(person, 'GET', '/users/me')).status,
    }).toEqual({ status: 200, own: 200, earlier: 401 });
    expect(await audit(person)).toEqual([
      { action: 'enable-totp', details: { during: 'sign-in' }, actor_id: String(person.id) },
    ]);
    expect(await mails(person.email)).toEqual([enabled]);
  });
});
