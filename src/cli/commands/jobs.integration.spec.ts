import { afterEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '../../../test/support/drivers/command.js';
import { openDatabase } from '../../../test/support/drivers/database.js';
import { jobKinds, type JobLine } from '../job-kinds.js';

const database = openDatabase();
afterEach(() =>
  database.sql('TRUNCATE usher.outbox, usher.certificates, usher.sessions, usher.confirmations CASCADE'),
);

const usher = (...argv: string[]) => runCommand(['jobs', ...argv], { DATABASE_URL: database.url });

const lineOf = async (kind: string) => {
  const lines = JSON.parse((await usher('list', '--json')).out) as JobLine[];
  return lines.find((line) => line.kind === kind);
};

const addMail = (columns: string, values: string) =>
  database.sql(`
    INSERT INTO usher.outbox (id, mail, sealed, ${columns})
    VALUES (gen_random_uuid(), 'confirmation', 'canary', ${values})`);

describe('usher jobs list', () => {
  it('has a line for each kind', async () => {
    const { status, out, err } = await usher('list');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toBe(jobKinds.map((kind) => `${kind}: none waiting\n`).join(''));
  });

  it('shows what is due, running and failed, with attempts and the last error', async () => {
    await addMail('tries', '0');
    await addMail(
      'tries, next_try_at, leased_until',
      `1, now() + interval '1 minute', now() + interval '1 minute'`,
    );
    await addMail('tries, next_try_at, last_error', `7, now() + interval '1 hour', 'ESOCKET'`);
    await addMail(
      'tries, given_up_at, last_error, posted_at',
      `1, now(), 'EENVELOPE 550', now() - interval '1 hour'`,
    );
    const { out } = await usher('list');
    expect(out).toMatch(
      /^mails: 4 waiting \(1 due, 1 running, 2 failed after 7 attempts\), oldest since 20\S+Z; last error: ESOCKET\n/,
    );
    expect(out).not.toContain('canary');
  });

  it('shows revocations of sessions that Cognito has not confirmed', async () => {
    await database.sql(`
      INSERT INTO usher.sessions (id, sub, client_id, origin_jti, mode, access_expires_at, ended_at, ended_reason)
      SELECT gen_random_uuid(), 'sub', 'client', 'jti' || age, 'tokens', now(), now() - age * interval '1 minute', 'signed out'
      FROM unnest(ARRAY[0, 5, 10]) AS age`);
    expect(await lineOf('session-revocations')).toMatchObject({ waiting: 3, due: 2, running: 1, failed: 0 });
  });

  it('shows rollbacks of e-mail changes, failed ones after ten minutes', async () => {
    await database.sql(`
      INSERT INTO usher.confirmations (token_digest, user_id, purpose, email, expires_at, revoked_at, applying_until)
      SELECT decode(md5(age::text), 'hex'), age, 'email-change', 'canary@example.com', now(), now() - age * interval '1 minute',
        now() + seconds * interval '1 second'
      FROM (VALUES (1, 20), (2, -1), (15, -1)) AS change (age, seconds)`);
    expect(await lineOf('email-change-rollbacks')).toMatchObject({
      waiting: 3,
      due: 2,
      running: 1,
      failed: 1,
    });
    expect((await usher('list')).out).not.toContain('canary');
  });

  it('shows certificates that are to be issued or renewed', async () => {
    await database.sql(`
      INSERT INTO usher.certificates (names, chain, renew_at, failures, last_error, next_order_at, step, wanted_at) VALUES
        (ARRAY['valid.example.com'], 'chain', now() + interval '1 day', 0, NULL, to_timestamp(0), NULL, now()),
        (ARRAY['due.example.com'], 'chain', now() - interval '1 day', 0, NULL, to_timestamp(0), NULL, now()),
        (ARRAY['running.example.com'], NULL, NULL, 0, NULL, to_timestamp(0), 'order', now()),
        (ARRAY['failed.example.com'], NULL, NULL, 3, 'refused', now() + interval '1 hour', NULL, now()),
        (ARRAY['removed.example.com'], NULL, NULL, 9, 'old', now() + interval '1 hour', NULL, now() - interval '2 days')`);
    expect(await lineOf('certificates')).toMatchObject({
      waiting: 3,
      due: 1,
      running: 1,
      failed: 1,
      attempts: 3,
      lastError: 'refused',
    });
    expect((await usher('retry', 'certificates')).out).toBe('certificates: retrying 1 job\n');
    expect(await lineOf('certificates')).toMatchObject({ due: 2, running: 1 });
  });
});

describe('usher jobs retry', () => {
  it('makes failed jobs due, and not those in progress', async () => {
    await addMail('tries, next_try_at, last_error', `7, now() + interval '1 hour', 'ESOCKET'`);
    await addMail('tries, given_up_at, last_error', `1, now(), 'EENVELOPE 550'`);
    await addMail(
      'tries, next_try_at, leased_until, last_error',
      `2, now() + interval '1 minute', now() + interval '1 minute', 'ESOCKET'`,
    );
    expect((await usher('retry', 'deletions', '--json')).out).toBe('[{"kind":"deletions","due":0}]\n');
    const { out } = await usher('retry', 'password-changes', 'mails');
    expect(out).toBe('mails: retrying 2 jobs\npassword-changes: retrying 0 jobs\n');
    expect(await lineOf('mails')).toMatchObject({ waiting: 3, due: 2, running: 1 });
    expect(JSON.parse((await usher('retry', '--json')).out)).toHaveLength(jobKinds.length);
  });

  it('refuses an unknown kind in one line', async () => {
    const { status, out, err } = await usher('retry', 'mails', 'nonsense');
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/^error: .*'nonsense'.*Allowed choices are mails, deletions, .*\.\n$/);
  });

  it.each(['list', 'retry'])('prints the usage of %s', async (command) => {
    const { status, out } = await usher(command, '--help');
    expect(status).toBe(0);
    for (const text of ['Kinds: mails, deletions', 'Exit status', 'DATABASE_URL'])
      expect(out).toContain(text);
  });
});

it('says in one line that the schema is of an earlier release', async () => {
  await database.sql('ALTER TABLE usher.outbox RENAME leased_until TO before');
  try {
    expect(await usher('list')).toEqual({
      status: 1,
      out: '',
      err: 'The database has the schema of an earlier release. Start the API of this release on it once.\n',
    });
  } finally {
    await database.sql('ALTER TABLE usher.outbox RENAME before TO leased_until');
  }
});
