import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { CertificatesRepository } from '../../src/acme/persistence/certificates.repository.js';
import { KeyRing, type Purpose } from '../../src/common/crypto/key-ring.js';
import { SealedBox } from '../../src/common/crypto/sealed-box.js';
import { Database } from '../../src/common/database/database.js';
import { mailedToken } from '../support/drivers/mails.js';
import { openUsher } from '../support/drivers/usher.js';

interface Fixture {
  madeAt: string;
  sessionSecret: string;
  digests: Record<Purpose, string>;
  sealed: Record<Purpose, string>;
  challenge: { sealed: string; cognitoSession: string };
  reset: { cookie: string; email: string };
  signUp: { email: string; password: string };
  cookieSession: { refreshToken: string; cookies: Record<string, string> };
  tokenSession: { refreshToken: string };
  certificate: { id: number; orderKey: string; accountKey: string; directoryUrl: string };
  rows: Record<string, Record<string, unknown>[]>;
}

/** Sealed strings and rows that the code of commit f66c3a7 wrote. A change that cannot read them breaks deployments. */
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/previous-release.json', import.meta.url), 'utf8'),
) as Fixture;
const purposes = Object.keys(fixture.digests) as Purpose[];

const usher = openUsher({ environment: { SESSION_SECRETS: fixture.sessionSecret } });
beforeAll(async () => {
  const elapsed = Date.now() - Date.parse(fixture.madeAt);
  for (const [table, rows] of Object.entries(fixture.rows)) {
    for (const row of rows) {
      if (table === 'users') await usher.database.sql('DELETE FROM users WHERE email = $1', [row.email]);
      await usher.database.sql(
        `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_record(NULL::${table}, $1)`,
        [JSON.stringify(row, (_name, value: unknown) => later(value, elapsed))],
      );
    }
  }
});

/** Moves times forward, as if the rows had just been written. */
function later(value: unknown, elapsed: number): unknown {
  const time = typeof value === 'string' && /^(\d{4}-\d\d-\d\dT[\d:]{8})[\d.]*(\+00:00)?$/.exec(value)?.[1];
  return time ? new Date(Date.parse(`${time}Z`) + elapsed).toISOString() : value;
}

/** The request that was sent to Cognito. */
const sent = (operation: string) =>
  usher.proxy.calls.findLast((call) => call.operation === operation)?.request;

describe('keys', () => {
  it.each(purposes)('derives the same key for %s', (purpose) => {
    const digest = usher.app.get(KeyRing).digest(purpose, 'a value').toString('base64url');
    expect(digest).toBe(fixture.digests[purpose]);
  });

  it.each(purposes)('unseals a string for %s', (purpose) => {
    expect(usher.app.get(SealedBox).unseal(purpose, fixture.sealed[purpose])).toEqual({ purpose });
  });
});

describe('sealed strings of callers', () => {
  it('continues a sign-in from its challenge session', async () => {
    await usher.api.post('/auth/challenge', {
      session: fixture.challenge.sealed,
      answers: { SOFTWARE_TOKEN_MFA_CODE: '123456' },
    });
    expect(sent('RespondToAuthChallenge')?.['Session']).toBe(fixture.challenge.cognitoSession);
  });

  it('reads the address of a reset from its cookie', async () => {
    const password = 'chosen-password-1';
    await usher.api.call('POST', '/passwords/reset', {
      body: { code: '123456', password, passwordConfirmation: password },
      headers: { cookie: `usher_reset=${fixture.reset.cookie}` },
    });
    expect(sent('ConfirmForgotPassword')?.['Username']).toBe(fixture.reset.email);
  });
});

describe('stored rows', () => {
  it('refreshes a session by its cookie', async () => {
    const { cookies, refreshToken } = fixture.cookieSession;
    await usher.api.call('POST', '/auth/refresh', {
      headers: { cookie: `usher_session=${cookies['usher_session']}`, 'x-usher-csrf': '1' },
    });
    expect(sent('GetTokensFromRefreshToken')?.['RefreshToken']).toBe(refreshToken);
  });

  it('finds a session by its refresh token', async () => {
    const { refreshToken } = fixture.tokenSession;
    const live = `SELECT count(*)::int AS live FROM usher.sessions WHERE mode = 'tokens' AND ended_at IS NULL`;
    expect(await usher.database.sql(live)).toEqual([{ live: 1 }]);
    await usher.api.post('/auth/sign-out', { refreshToken });
    expect(await usher.database.sql(live)).toEqual([{ live: 0 }]);
  });

  it('sends a mail of the outbox and confirms the sign-up of its link', async () => {
    const { email, password } = fixture.signUp;
    const token = await mailedToken(usher, email);
    const confirmed = await usher.api.call('PUT', '/users/confirmation', { body: { token, password } });
    expect(confirmed.status).toBe(204);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  });

  it('reads the keys of certificates', async () => {
    const { id, orderKey, accountKey, directoryUrl } = fixture.certificate;
    const certificates = new CertificatesRepository(usher.app.get(Database), usher.app.get(SealedBox));
    expect(await certificates.findOrderKey(id)).toBe(orderKey);
    expect(await certificates.findOrSaveAccountKey(directoryUrl, async () => 'a new key')).toBe(accountKey);
  });
});
