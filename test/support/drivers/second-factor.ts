import { beforeAll, expect } from '@jest/globals';
import type { TotpEnrolmentResponse } from '#contracts';
import { type Person, personWith } from '../builders/admins.js';
import type { Answer } from './api-client.js';
import { allMailsSent, subjectsTo } from './mails.js';
import { answerTo, challengeOf, nextTotp, poolPassword } from '../builders/pool-users.js';
import type { TestDatabase } from './database.js';
import { openUsher, type Usher } from './usher.js';

export const minute = 60_000;
export const enabled = 'A second factor was set up for your account';
export const removed = 'The second factor of your account was removed';
export const uncertain = 'The second factor of your account may have changed';
export const allowed = 'Your second factor can be removed at a reset';
export const newPassword = 'another-password-1';

/** Set by `openWithFactors`, per test file. */
export let usher: Usher;
export let admin: Person;

/** @param database returns the database of the file, if it is not a new one */
export function openWithFactors(database?: () => Promise<TestDatabase>): void {
  const environment = { RATE_LIMITS: 'on', APP_NAME: 'Acme Shop' };
  usher = openUsher(async () => ({
    mfa: 'OPTIONAL',
    environment,
    ...(database && { database: await database() }),
  }));
  beforeAll(async () => {
    admin = await personWith(usher, 'admin@example.org', 'admin');
  });
}

/** Advances the clock of the pool; the API adopts the time from a response. */
export async function pass(milliseconds: number): Promise<void> {
  usher.clock.advanceBy(milliseconds);
  await usher.api.get('/auth/mfa', admin.headers);
}

export const outcome = ({ status, body }: Answer<{ code?: string }>) => `${status} ${body.code ?? ''}`.trim();
export const call = (who: Pick<Person, 'headers'>, method: string, path: string, body?: unknown) =>
  usher.api.call(method, path, { headers: who.headers, body });
export const enrol = (who: Pick<Person, 'headers'>, body?: unknown) =>
  call(who, 'POST', '/auth/mfa/totp', body);
export const verify = (who: Pick<Person, 'headers'>, code: string) =>
  call(who, 'POST', '/auth/mfa/totp/verify', { code });
export const disable = (who: Pick<Person, 'headers'>, body?: unknown) =>
  call(who, 'DELETE', '/auth/mfa/totp', body);
export const mfa = async (who: Pick<Person, 'headers'>) => (await call(who, 'GET', '/auth/mfa')).body;
export const audit = async ({ id }: Pick<Person, 'id'>) =>
  usher.database.sql<{ action: string; details: object; actor_id: string }>(
    `SELECT action, details, actor_id FROM usher.audit WHERE user_id = $1 AND action ~ '(totp|mfa)' ORDER BY id`,
    [id],
  );
export const actions = async (who: Pick<Person, 'id'>) => (await audit(who)).map(({ action }) => action);
export const mails = async (email: string) => {
  await allMailsSent(usher);
  return subjectsTo(usher, email).filter((subject) =>
    [enabled, removed, uncertain, allowed].includes(subject),
  );
};
export const factorsOf = async (email: string) =>
  (await usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: email })).UserMFASettingList ??
  [];
export const liveFamilies = async ({ sub }: Pick<Person, 'sub'>) =>
  (await usher.database.sql('SELECT 1 FROM usher.sessions WHERE sub = $1 AND ended_at IS NULL', [sub]))
    .length;

/** A user with an authenticator app. */
export async function withApp(email: string): Promise<Person & { secret: string }> {
  const person = await personWith(usher, email);
  const { secretCode: secret } = (await enrol(person)).body as unknown as TotpEnrolmentResponse;
  expect((await verify(person, nextTotp(usher, secret))).status).toBe(204);
  return { ...person, secret };
}

export async function signInWithApp({ email, secret }: { email: string; secret: string }) {
  const challenge = challengeOf(await usher.api.signIn(email, poolPassword));
  const SOFTWARE_TOKEN_MFA_CODE = nextTotp(usher, secret);
  return answerTo(usher, challenge, { SOFTWARE_TOKEN_MFA_CODE });
}
