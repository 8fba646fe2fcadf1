import { beforeAll, describe, expect, it } from '@jest/globals';
import { ConfirmationsRepository } from '../../src/registration/persistence/confirmations.repository.js';
import { ObsoleteSignUpsJob } from '../../src/registration/obsolete-sign-ups.job.js';
import { UserLinkService } from '../../src/users/user-link.service.js';
import { personWith } from '../support/builders/admins.js';
import { requestCode } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
import { signUps } from '../support/drivers/sign-ups.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();
beforeAll(async () => {
  // No background jobs.
  await usher.app.get(ObsoleteSignUpsJob).beforeApplicationShutdown();
});

const password = 'chosen-by-me-1';
const { confirm, rowOf, signUpWithEach, resentToken } = signUps(() => usher, password);
const runJob = () => usher.app.get(ConfirmationsRepository).deleteObsoleteSignUpData();

/** Every place in the schema `usher` that contains the text. */
async function placesOf(text: string): Promise<string[]> {
  const tables = await usher.database.sql<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'usher' AND table_type = 'BASE TABLE'`,
  );
  const places: string[] = [];
  for (const { name } of tables) {
    const rows = await usher.database.sql<{ place: string }>(
      `SELECT DISTINCT $2 || '.' || field.name AS place FROM usher.${name} AS entry, jsonb_each(to_jsonb(entry)) AS field (name, content)
       WHERE strpos(content::text, $1) > 0 OR strpos(content::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`,
      [text, name],
    );
    places.push(...rows.map(({ place }) => place));
  }
  return places;
}

const dataOf = (email: string) =>
  usher.database.sql<{ hash: string; tag: number }>(
    `SELECT password_hash AS hash, password_tag AS tag FROM usher.confirmations
     WHERE email = $1 AND (password_hash IS NOT NULL OR password_tag IS NOT NULL OR first_name IS NOT NULL)`,
    [email],
  );

/** A user with two sign-ups. */
async function newcomer(email: string) {
  const tokens = await signUpWithEach(email, password, 'another-password-1');
  const hashes = (await dataOf(email)).map(({ hash }) => hash);
  for (const hash of hashes) expect(await placesOf(hash)).toEqual(['confirmations.password_hash']);
  expect(hashes).toHaveLength(2);
  const expectNothingLeft = async () => {
    for (const hash of hashes) expect(await placesOf(hash)).toEqual([]);
    expect(await dataOf(email)).toEqual([]);
  };
  return { email, token: tokens[0] ?? '', hashes, expectNothingLeft };
}

/** A used sign-up with its hash, as an earlier release stored it. */
async function keptBy(email: string): Promise<string> {
  const hash = `$2b$04$${email.replaceAll(/\W/g, '').padEnd(53, '.').slice(0, 53)}`;
  await usher.database.sql(
    `INSERT INTO usher.confirmations (token_digest, user_id, purpose, email, password_hash, password_tag, expires_at, used_at)
     SELECT sha256(convert_to($2, 'UTF8')), id, 'sign-up', email, $2, 1, now() + interval '1 day', now() FROM users WHERE email = $1`,
    [email, hash],
  );
  expect(await placesOf(hash)).toEqual(['confirmations.password_hash']);
  return hash;
}

describe('the password hash of a sign-up is deleted from the schema usher', () => {
  it('when a link is used, which then still answers 204', async () => {
    const { email, token, expectNothingLeft } = await newcomer('used@example.com');
    expect((await confirm(token)).status).toBe(204);
    await expectNothingLeft();
    expect((await confirm(token)).status).toBe(204);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
    await expectNothingLeft();
  });

  it('when a link that was sent again is used', async () => {
    const { email, expectNothingLeft } = await newcomer('sent-again@example.com');
    expect((await confirm(await resentToken(email))).status).toBe(204);
    await expectNothingLeft();
  });

  it('when the row is linked to a pool user', async () => {
    const { email, token, expectNothingLeft } = await newcomer('linked@example.com');
    await createPoolUser(usher, email);
    expect((await usher.api.signIn(email, poolPassword)).status).toBe(200);
    await expectNothingLeft();
    expect((await confirm(token)).status).toBe(204);
  });

  it('when an operator links the row', async () => {
    const { email, expectNothingLeft } = await newcomer('relinked@example.com');
    await usher.app.get(UserLinkService).relink((await rowOf(email))?.id ?? 0, 'a-sub');
    await expectNothingLeft();
  });

  it('when the password is reset', async () => {
    const { email, expectNothingLeft } = await newcomer('reset-by-owner@example.com');
    // As the legacy application confirms it.
    await usher.database.sql('UPDATE users SET confirmed_at = now() WHERE email = $1', [email]);
    const code = await requestCode(usher, email);
    const body = { email, code, password: 'reset-by-me-1', passwordConfirmation: 'reset-by-me-1' };
    expect((await usher.api.post('/passwords/reset', body)).status).toBe(204);
    await expectNothingLeft();
  });

  it('when the password is changed', async () => {
    const email = 'changed@example.com';
    await personWith(usher, email);
    const hash = await keptBy(email);
    const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
    const body = { currentPassword: poolPassword, password: 'changed-1', passwordConfirmation: 'changed-1' };
    expect((await usher.api.post('/passwords/change', body, bearer(accessToken))).status).toBe(204);
    expect(await placesOf(hash)).toEqual([]);
  });

  it('when the row is disabled or deleted', async () => {
    const admin = await personWith(usher, 'the-admin@example.com', 'admin');
    const disabled = await newcomer('disabled@example.com');
    const path = async (email: string) => `/admin/users/${(await rowOf(email))?.id}`;
    const disable = `${await path(disabled.email)}/disable`;
    expect((await usher.api.post(disable, undefined, admin.headers)).status).toBe(204);
    await disabled.expectNothingLeft();
    const deleted = await newcomer('deleted@example.com');
    expect((await usher.api.delete(await path(deleted.email), admin.headers)).status).toBe(202);
    await deleted.expectNothingLeft();
  });

  it('by a job, when the legacy application confirms or deletes the row, or an earlier release has kept the hash', async () => {
    const confirmed = await newcomer('confirmed-by-rails@example.com');
    const deleted = await newcomer('deleted-by-rails@example.com');
    await usher.database.sql('UPDATE users SET confirmed_at = now() WHERE email = $1', [confirmed.email]);
    await usher.database.sql('DELETE FROM users WHERE email = $1', [deleted.email]);
    const kept = await keptBy('used@example.com');
    await runJob();
    await confirmed.expectNothingLeft();
    await deleted.expectNothingLeft();
    expect(await placesOf(kept)).toEqual([]);
  });

  it('by a job, when the sign-up has expired and no link that was sent again needs it', async () => {
    const { email, hashes, expectNothingLeft } = await newcomer('expired@example.com');
    const expire = (isResent: boolean) =>
      usher.database.sql(
        `UPDATE usher.confirmations SET expires_at = greatest(now() - interval '1 second', created_at + interval '1 second'),
           created_at = created_at - interval '1 hour'
         WHERE email = $1 AND (password_hash IS NULL) = $2`,
        [email, isResent],
      );
    const token = await resentToken(email);
    await expire(false);
    await usher.database.sql(
      `UPDATE usher.confirmations SET created_at = now() - interval '1 minute' WHERE email = $1 AND password_hash IS NULL`,
      [email],
    );
    await runJob();
    for (const hash of hashes) expect(await placesOf(hash)).toEqual(['confirmations.password_hash']);
    expect((await confirm(token, 'wrong-password-1')).status).toBe(401);
    await expire(true);
    await runJob();
    await expectNothingLeft();
  });

  it('by the process itself within a minute', async () => {
    const { email, expectNothingLeft } = await newcomer('unattended@example.com');
    await usher.database.sql('UPDATE users SET confirmed_at = now() WHERE email = $1', [email]);
    await usher.startProcess();
    await until(async () => (await dataOf(email)).length === 0, 10_000);
    await expectNothingLeft();
  });
});
