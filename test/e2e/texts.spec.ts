import { describe, expect, it } from '@jest/globals';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const refused = (acceptLanguage: string) =>
  usher.api.post(
    '/auth/sign-in',
    { email: 'nobody@example.com', password: 'x' },
    { 'accept-language': acceptLanguage },
  );

describe('problems', () => {
  it.each([
    ['en', 'en', 'Sign-in refused'],
    ['de', 'de', 'Anmeldung abgelehnt'],
    ['de-CH', 'de', 'Anmeldung abgelehnt'],
    ['fr', 'fr', 'Connexion refusée'],
    ['it-CH, it;q=0.9, en;q=0.5', 'it', 'Accesso rifiutato'],
    ['en;q=0.1, es-MX;q=0.8', 'es', 'Inicio de sesión rechazado'],
    ['*', 'en', 'Sign-in refused'],
    ['rm, tlh;q=0.9', 'en', 'Sign-in refused'],
    [',;q=x;;"', 'en', 'Sign-in refused'],
    [`de${',de'.repeat(2000)}`, 'de', 'Anmeldung abgelehnt'],
  ])('are returned for %.30j in %s', async (header, language, title) => {
    const { status, body, headers } = await refused(header);
    expect({ status, title: body.title, code: body.code }).toEqual({
      status: 401,
      title,
      code: 'auth.invalid_credentials',
    });
    expect(headers.get('content-language')).toBe(language);
    expect(headers.get('vary')).toBe('Accept-Language');
  });

  it('name each field in the same language', async () => {
    const { body } = await usher.api.post(
      '/auth/sign-in',
      { email: 'ada', password: '', session: 'x', remember: true },
      { 'accept-language': 'fr' },
    );
    expect(body.errors).toEqual(
      expect.arrayContaining([
        { field: 'email', code: 'not_an_email', message: 'doit être une adresse e-mail' },
        { field: 'password', code: 'blank', message: 'ne doit pas être vide' },
        {
          field: 'session',
          code: 'not_allowed',
          params: { choices: ['tokens', 'cookie'] },
          message: 'doit être l’une de ces valeurs : tokens, cookie',
        },
        { field: 'remember', code: 'unknown_field', message: 'n’est pas un champ de cette requête' },
      ]),
    );
  });

  it('keep the code of each refusal beside its text', async () => {
    const { body } = await usher.api.post('/passwords/reset', {}, { 'accept-language': 'de' });
    expect(body).toMatchObject({ code: 'passwords.blank', title: 'Passwort fehlt' });
    expect(body.errors).toContainEqual({
      field: 'code',
      code: 'missing',
      message: 'muss der Code aus der E-Mail sein',
    });
  });

  it('are translated if no route was found or the URL is invalid', async () => {
    const german = { 'accept-language': 'de' };
    for (const path of ['/nothing', '/%ff', '/users/me']) {
      const { headers, body } = await usher.api.get(path, german);
      expect({ path, language: headers.get('content-language') }).toEqual({ path, language: 'de' });
      expect(body.title).toMatch(/^(Nicht gefunden|Ungültige Anfrage|Nicht angemeldet)$/);
    }
  });
});
