import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createPoolUser,
  invite,
  nextTotp,
  poolPassword,
  setMfa,
  temporaryPassword,
} from '../support/builders/pool-users.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { exception, json } from '../support/fakes/cognito-proxy.js';
import { mailedCode, mailedToken } from '../support/drivers/mails.js';
import { openUsher, startUsher, type Usher } from '../support/drivers/usher.js';

const usher = openUsher({
  withPages: true,
  environment: {
    APP_NAME: 'Acme & <Shop>',
    SUPPORT_EMAIL: 'help@acme.example',
    CORS_ORIGINS: 'https://app.example.com',
    RETURN_URLS: 'https://app.example.com/home,http://localhost:5173',
    RATE_LIMITS: 'off',
  },
});

interface PageAnswer {
  status: number;
  headers: Headers;
  html: string;
  location: string | null;
}

type Fields = Record<string, string>;

/** A browser without JavaScript: keeps cookies, follows nothing. */
function visitor(of: Usher = usher) {
  const cookies = new Map<string, string>();
  const call = async (path: string, init: RequestInit = {}): Promise<PageAnswer> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { ...(cookie && { cookie }), ...(init.headers as Fields) };
    const answer = await fetch(of.url + path, { redirect: 'manual', ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
      else cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = answer.headers.get('location');
    return { status: answer.status, headers: answer.headers, html: await answer.text(), location };
  };
  return {
    cookies,
    get: (path: string, headers: Fields = {}) => call(path, { headers }),
    post: (path: string, fields: Fields, headers: Fields = {}) =>
      call(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
  };
}

const { email, password } = deviseUser('plain');
const publicPages = [
  '/sign-in',
  '/sign-up',
  '/sign-up/sent',
  '/forgot',
  '/reset',
  '/signed-out',
  '/users/confirmation',
];

describe('every page', () => {
  it.each(publicPages)('%s allows its own files only, and no site to frame it', async (path) => {
    const { status, headers, html } = await visitor().get(path);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';base-uri 'none';form-action 'self' https://app.example.com http://localhost:5173;frame-ancestors 'none';script-src 'self';style-src 'self';img-src 'self'",
    );
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).not.toMatch(/ style=| on\w+=|<style|<script(?![^>]* src=)/);
    expect(html).toContain('Acme &amp; &lt;Shop>');
    expect(html).toContain('mailto:help@acme.example');
  });

  it('loads files whose names change with their content', async () => {
    const { html } = await visitor().get('/sign-in');
    const paths = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(paths).toHaveLength(3);
    for (const path of paths) {
      const file = await visitor().get(path);
      expect(file.status).toBe(200);
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect((await visitor().get(path.replace(/[0-9a-f]{12}/, 'abcdefabcdef'))).status).toBe(404);
    }
  });

  it('is in the language of the browser, or in the chosen one', async () => {
    const anna = visitor();
    expect((await anna.get('/sign-in', { 'accept-language': 'de-CH' })).html).toContain('<html lang="de">');
    const chosen = await anna.get('/language/fr', { referer: `${usher.url}/reset?from=mail` });
    expect([chosen.status, chosen.location]).toEqual([303, '/reset?from=mail']);
    expect((await anna.get('/sign-in', { 'accept-language': 'de-CH' })).html).toContain('<html lang="fr">');
    expect((await anna.get('/language/it', { referer: 'https://evil.example/x' })).location).toBe('/sign-in');
    expect((await anna.get('/language/it', { referer: `${usher.url}//evil.example` })).location).toBe(
      '/evil.example',
    );
    expect((await anna.get('/language/xx')).status).toBe(404);
  });
});

describe('a form', () => {
  const form = { email, password: 'wrong' };

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['an origin of CORS_ORIGINS', { origin: 'https://app.example.com' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another site, by Fetch Metadata', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the site', { 'sec-fetch-site': 'same-site' }],
  ])('is refused from %s', async (_from, headers) => {
    for (const path of [
      '/sign-in',
      '/sign-in/step',
      '/sign-up',
      '/forgot',
      '/reset',
      '/signed-out',
      '/users/confirmation',
    ]) {
      const answer = await visitor().post(path, form, headers);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.html).toContain('This form was sent from another site.');
    }
  });

  it.each([
    ['the own origin', () => ({ origin: usher.url })],
    ['the own origin, by Fetch Metadata', () => ({ 'sec-fetch-site': 'same-origin' })],
    ['a program', () => ({})],
  ])('is accepted from %s', async (_from, headers) => {
    expect((await visitor().post('/sign-in', form, headers())).status).toBe(401);
  });

  it('is not accepted by a route of the API', async () => {
    for (const path of ['/auth/sign-in', '/auth/challenge', '/passwords/forgot', '/users', '/aws/auth'])
      expect([path, (await visitor().post(path, form)).status]).toEqual([path, 415]);
  });

  it('confirms at /users/confirmation, where a JSON body still sends the mail again', async () => {
    expect((await usher.api.post('/users/confirmation', { email: 'new@example.com' })).status).toBe(202);
    const { status, html } = await visitor().post('/users/confirmation?token=unknown', {});
    expect(status).toBe(422);
    expect(html).toContain('Link invalid or expired');
  });

  it('gets no CORS headers, so that no other origin reads a page', async () => {
    const origin = 'https://app.example.com';
    const page = await visitor().get('/sign-in', { origin });
    expect(page.headers.get('access-control-allow-origin')).toBeNull();
    expect(page.headers.get('access-control-allow-credentials')).toBeNull();
    expect((await usher.api.get('/health/live', { origin })).headers.get('access-control-allow-origin')).toBe(
      origin,
    );
  });
});

describe('the sign-in', () => {
  it('answers the same page for a wrong password and for an unknown user', async () => {
    const typed = { password: 'wrong' };
    const pages = await Promise.all(
      [email, 'unknown@example.com'].map(async (address) => {
        const { status, headers, html } = await visitor().post('/sign-in', { ...typed, email: address });
        const names = [...headers.keys()].sort();
        return { status, names, html: html.replaceAll(address, 'ADDRESS') };
      }),
    );
    expect(pages[0]).toEqual(pages[1]);
    expect(pages[0]?.status).toBe(401);
  });

  it('keeps the session in a cookie, and shows no token', async () => {
    const ada = visitor();
    const { status, location, html } = await ada.post('/sign-in', { email, password });
    expect([status, location, html]).toEqual([303, '/account', '']);
    expect([...ada.cookies.keys()].sort()).toEqual(['usher_device', 'usher_session']);
    expect((await ada.get('/sign-in?return_to=/account/sessions')).location).toBe('/account/sessions');
    expect((await ada.post('/signed-out', {})).location).toBe('/signed-out');
    expect(ada.cookies.has('usher_session')).toBe(false);
    expect((await ada.get('/sign-in')).status).toBe(200);
  });

  it.each([
    ['https://app.example.com/home', 'https://app.example.com/home'],
    ['https://app.example.com/home/orders?id=7#top', 'https://app.example.com/home/orders?id=7#top'],
    ['http://localhost:5173/anything', 'http://localhost:5173/anything'],
    ['/account/security?x=1', '/account/security?x=1'],
    ['https://app.example.com/homework', '/account'],
    ['https://app.example.com/home/../admin', '/account'],
    ['https://app.example.com/home/%2e%2e/admin', '/account'],
    ['https://app.example.com', '/account'],
    ['http://app.example.com/home', '/account'],
    ['https://app.example.com:8443/home', '/account'],
    ['https://app.example.com.evil.example/home', '/account'],
    ['https://user@app.example.com/home', '/account'],
    ['https://evil.example/https://app.example.com/home', '/account'],
    ['//evil.example/account', '/account'],
    ['/\\evil.example/account', '/account'],
    ['/account/../users/me', '/account'],
    ['javascript:alert(1)', '/account'],
    ['', '/account'],
  ])('returns for return_to=%s to %s', async (given, expected) => {
    const path = `/sign-in?return_to=${encodeURIComponent(given)}`;
    expect((await visitor().post(path, { email, password })).location).toBe(expected);
  });

  it('asks for a new password after an invitation', async () => {
    const [invited, chosen] = ['invited@example.com', 'chosen-password-1'];
    await invite(usher, invited);
    const guest = visitor();
    const first = await guest.post('/sign-in?return_to=/account/email', {
      email: invited,
      password: temporaryPassword,
    });
    expect(first.location).toBe('/sign-in/step');
    const step = await guest.get('/sign-in/step');
    expect(step.html).toContain('Choose a new password');
    expect(step.html).not.toContain(guest.cookies.get('usher_step')?.slice(0, 40));
    const differing = { password: chosen, passwordConfirmation: 'other' };
    const refused = await guest.post('/sign-in/step', differing);
    expect([refused.status, /The two passwords differ/.test(refused.html)]).toEqual([422, true]);
    const weak = await guest.post('/sign-in/step', { password: 'short', passwordConfirmation: 'short' });
    expect([weak.status, /Use at least 8 characters/.test(weak.html)]).toEqual([422, true]);
    const last = await guest.post('/sign-in/step', { password: chosen, passwordConfirmation: chosen });
    expect([last.status, last.location]).toEqual([303, '/account/email']);
    expect(guest.cookies.has('usher_step')).toBe(false);
  });

  it('keeps a step with the longest session of Cognito, without a return_to that does not fit', async () => {
    const longest = `${'x'.repeat(64)}@${`${'y'.repeat(58)}.`.repeat(3)}example`;
    const parameters = { USER_ID_FOR_SRP: randomUUID(), MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' };
    const session = 'S'.repeat(2048);
    usher.proxy.answerWith(
      'InitiateAuth',
      json({ ChallengeName: 'MFA_SETUP', Session: session, ChallengeParameters: parameters }),
    );
    usher.proxy.answerWith('AssociateSoftwareToken', json({ SecretCode: 'A'.repeat(52), Session: session }));
    const guest = visitor();
    const returnTo = `/account/${'z'.repeat(2000)}`;
    const path = `/sign-in?return_to=${returnTo}`;
    expect((await guest.post(path, { email: longest, password })).location).toBe('/sign-in/step');
    const kept = guest.cookies.get('usher_step') ?? '';
    expect('__Host-usher_step'.length + kept.length).toBeLessThanOrEqual(4096);
    expect((await guest.get('/sign-in/step')).html).toContain('AAAA AAAA');
  });

  it('sends the password to /sign-in after a step that has expired, with the same return_to', async () => {
    await invite(usher, 'late@example.com');
    const late = visitor();
    const typed = { email: 'late@example.com', password: temporaryPassword };
    await late.post('/sign-in?return_to=/account/email', typed);
    usher.proxy.answerWith(
      'RespondToAuthChallenge',
      exception('NotAuthorizedException', 'Invalid session for the user, session is expired.'),
    );
    const chosen = { password: 'chosen-password-2', passwordConfirmation: 'chosen-password-2' };
    const expired = await late.post('/sign-in/step', chosen);
    expect([expired.status, late.cookies.has('usher_step')]).toEqual([401, false]);
    expect(expired.html).toContain('action="/sign-in?return_to=%2Faccount%2Femail"');
  });

  it('asks for an attribute whose name looks like a code', async () => {
    const parameters = {
      USER_ID_FOR_SRP: randomUUID(),
      requiredAttributes: '["userAttributes.custom:PROMO_CODE"]',
    };
    usher.proxy.answerWith(
      'InitiateAuth',
      json({
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: 'S'.repeat(20),
        ChallengeParameters: parameters,
      }),
    );
    const guest = visitor();
    await guest.post('/sign-in', { email, password });
    const { html } = await guest.get('/sign-in/step');
    expect(html).toContain('name="userAttributes.custom:PROMO_CODE"');
    const empty = await guest.post('/sign-in/step', {
      password: 'chosen-1',
      passwordConfirmation: 'chosen-1',
    });
    expect(empty.html).toContain('id="userAttributes.custom:PROMO_CODE-error"');
  });

  it('keeps return_to on the way through a reset', async () => {
    const guest = visitor();
    const query = '?return_to=%2Faccount%2Fsessions';
    const { html } = await guest.get(`/sign-in${query}`);
    expect(html).toContain(`href="/forgot${query}"`);
    expect(html).toContain(`href="/sign-up${query}"`);
    const frank = deviseUser('failed_attempts').email;
    expect((await guest.post(`/forgot${query}`, { email: frank })).location).toBe(`/reset${query}`);
    const code = await mailedCode(usher, frank);
    const typed = { password: 'chosen-password-3', passwordConfirmation: 'chosen-password-3' };
    const wrong = await guest.post(`/reset${query}`, { ...typed, code: '000000', removeMfa: 'on' });
    expect(wrong.html).toMatch(/<details open.*name="removeMfa" checked/s);
    const done = await guest.post(`/reset${query}`, { ...typed, code });
    expect(done.location).toBe(`/reset${query}&done`);
    expect((await guest.get(done.location ?? '')).html).toContain(`href="/sign-in${query}"`);
  });

  it('shows the form to a user whose session no page accepts any more', async () => {
    const gone = deviseUser('second');
    const bob = visitor();
    await bob.post('/sign-in', { email: gone.email, password: gone.password });
    expect((await bob.get('/sign-in')).location).toBe('/account');
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE email = $1', [gone.email]);
    expect((await bob.get('/sign-in')).status).toBe(200);
    await usher.database.sql('UPDATE users SET usher_disabled_at = NULL WHERE email = $1', [gone.email]);
  });

  it('leads back to the start without a step', async () => {
    expect((await visitor().get('/sign-in/step')).location).toBe('/sign-in');
    expect((await visitor().post('/sign-in/step', { code: '123456' })).location).toBe('/sign-in');
  });

  it('sends a visitor without a session from /account to itself, and back', async () => {
    const { status, location } = await visitor().get('/account');
    expect([status, location]).toEqual([303, '/sign-in?return_to=%2Faccount']);
  });
});

describe('a second factor', () => {
  beforeAll(() =>
    setMfa(usher, { MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } }),
  );

  it('is set up at the sign-in, with a key as text and as a QR code, and asked for at the next', async () => {
    const address = 'factor@example.com';
    await createPoolUser(usher, address);
    const tom = visitor();
    await tom.post('/sign-in', { email: address, password: poolPassword });
    const { html } = await tom.get('/sign-in/step');
    expect(html).toContain('role="img"');
    expect(html.length).toBeLessThan(16_000);
    const secret = /<code class="secret">([A-Z2-7 ]+)</.exec(html)?.[1]?.replaceAll(' ', '');
    const code = nextTotp(usher, secret);
    const wrong = await tom.post('/sign-in/step', {
      code: String((Number(code) + 1) % 1_000_000).padStart(6, '0'),
    });
    expect([wrong.status, wrong.html.includes(secret?.slice(0, 4) ?? 'none')]).toEqual([422, true]);
    expect((await tom.post('/sign-in/step', { code })).location).toBe('/account');
    const next = visitor();
    await next.post('/sign-in', { email: address, password: poolPassword });
    expect((await next.get('/sign-in/step')).html).toContain('Open your authenticator app');
    expect((await next.post('/sign-in/step', { code: nextTotp(usher, secret) })).location).toBe('/account');
  });
});

describe('sign-up and confirmation', () => {
  it('confirms by a form only, with the password of the sign-up', async () => {
    const fields = {
      email: 'fresh@example.com',
      password: 'fresh-password-1',
      passwordConfirmation: 'fresh-password-1',
    };
    const guest = visitor();
    expect((await guest.post('/sign-up', { ...fields, firstName: 'Ann', lastName: '' })).location).toBe(
      '/sign-up/sent',
    );
    const path = `/users/confirmation?token=${await mailedToken(usher, fields.email)}`;
    const { html } = await guest.get(path);
    expect(html).not.toContain(path.slice(-20));
    const asked = await guest.post(path, {});
    expect([asked.status, /autocomplete="current-password"/.test(asked.html)]).toEqual([422, true]);
    expect((await guest.post(path, { password: 'wrong' })).status).toBe(401);
    expect((await guest.post(path, { password: fields.password })).location).toBe('/users/confirmation?done');
  });
});

describe('elsewhere', () => {
  it('limits of attempts have a page with the seconds to wait', async () => {
    const limited = await startUsher({ withPages: true, environment: { RATE_LIMITS: 'on' } });
    try {
      const guest = visitor(limited);
      let answer = await guest.post('/sign-in', { email, password: 'wrong' });
      for (let attempt = 1; attempt < 6; attempt++)
        answer = await guest.post('/sign-in', { email, password: 'wrong' });
      expect(answer.status).toBe(429);
      const seconds = Number(answer.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(answer.html).toContain(`data-countdown="${seconds}"`);
      // A redirect is a success, which does not count.
      const known = visitor(limited);
      const bob = deviseUser('second');
      for (let attempt = 0; attempt < 7; attempt++)
        expect((await known.post('/sign-in', { email: bob.email, password: bob.password })).status).toBe(303);
    } finally {
      await limited.close();
    }
  });

  it('cookies have the __Host- prefix where the address is https', async () => {
    const secure = await usher.startBeside({ PUBLIC_URL: 'https://auth.example.com/base' });
    const { headers } = await secure.app.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ email, password }).toString(),
    });
    // The pool asks for a second factor by now.
    expect(String(headers['set-cookie'])).toMatch(/__Host-usher_step=[^;]+;.*Secure/);
    expect(headers.location).toBe('/base/sign-in/step');
    await secure.close();
  });

  it('the logo of the application is loaded from its own origin', async () => {
    const logo = await usher.startBeside({
      APP_LOGO_URL: 'https://cdn.example.com/logo.svg?a=1&b="2"',
      APP_COLOR: '#7a1f1f',
    });
    const { text, headers } = await logo.api.get('/sign-in');
    expect(text).toContain(
      '<img src="https://cdn.example.com/logo.svg?a=1&amp;b=%222%22" alt="Acme &amp; &lt;Shop>"',
    );
    expect(headers.get('content-security-policy')).toContain("img-src 'self' https://cdn.example.com");
    const style = /href="(\/assets\/[^"]+\.css)"/.exec(text)?.[1] ?? '';
    expect((await logo.api.get(style)).text).toMatch(/^:root\{--brand:#7a1f1f\}/);
    await logo.close();
  });

  it('there are no pages with PAGES=off, and the small page of mailed links stays', async () => {
    const bare = await usher.startBeside({ PAGES: 'off' });
    for (const path of publicPages.filter((page) => page !== '/users/confirmation'))
      expect((await bare.api.get(path)).status).toBe(404);
    expect((await bare.api.get('/users/confirmation')).headers.get('content-security-policy')).toContain(
      'sha256-',
    );
    await bare.close();
  });
});
