import { beforeEach, describe, expect, it } from '@jest/globals';
import { personWith } from '../../../test/support/builders/admins.js';
import { adoptedTables, people } from '../../../test/support/drivers/adopted-tables.js';
import { createAdoptedDatabase, createDatabase } from '../../../test/support/drivers/database.js';
import { runCommand } from '../../../test/support/drivers/command.js';
import { allMailsSent, resetByMail } from '../../../test/support/drivers/mails.js';
import { ada, signInWithTokens } from '../../../test/support/drivers/sessions.js';
import { until } from '../../../test/support/drivers/until.js';
import { openUsher } from '../../../test/support/drivers/usher.js';
import type { InviteResult } from '../../migration/invitations.js';
import { run } from '../run.js';

const usher = openUsher({ environment: { LEGACY_BLOCKED_WHEN: 'last_name=Banned' } });
const link = 'https://app.example.com/forgot';

const variables = () => ({
  DATABASE_URL: usher.database.url,
  SESSION_SECRETS: usher.variables.SESSION_SECRETS,
  PORT: 'not a port',
});

const invite = (...argv: string[]) =>
  runCommand(['migration', 'invite', '--link', link, '--rate', '6000', ...argv], variables());

async function inviteAs(...argv: string[]) {
  const { status, out, err } = await invite('--json', ...argv);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return JSON.parse(out) as Omit<InviteResult, 'stopped'> & { dryRun: boolean };
}

const invited = async () =>
  (
    await usher.database.sql<{ email: string }>(
      'SELECT email FROM usher.invitations JOIN users ON id = user_id ORDER BY id',
    )
  ).map(({ email }) => email);

const invitations = () => usher.mail.messages().filter(({ text }) => text.includes(link));
const recipients = () => invitations().flatMap(({ to }) => to);

/** Only these users are legacy users, besides the demo users, who count as invited. */
const insert = (email: string, columns: Record<string, string> = {}) => {
  const names = Object.keys(columns).map((name) => `, ${name}`);
  const values = Object.values(columns).map((value) => `, ${value}`);
  return usher.database.sql(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at${names.join('')})
     VALUES ($1, '$2a$10$' || repeat('a', 53), now(), now(), now()${values.join('')})`,
    [email],
  );
};

let known: number;
beforeEach(async () => {
  await usher.database.sql('DELETE FROM usher.invitations');
  const [row] = await usher.database.sql<{ id: string }>('SELECT max(id) AS id FROM users');
  known = Number(row?.id);
  // Nobody of an earlier test is chosen again.
  await usher.database.sql('INSERT INTO usher.invitations (user_id) SELECT id FROM users');
});

const newPeople = async () => {
  const [row] = await usher.database.sql<{ count: number }>(
    'SELECT count(*)::int AS count FROM usher.invitations WHERE user_id > $1',
    [known],
  );
  return row?.count ?? 0;
};

describe('usher migration invite', () => {
  it('counts with --dry-run what a run mails, and mails each person once', async () => {
    await usher.database.sql('DELETE FROM usher.invitations');
    await signInWithTokens(usher.api, ada);
    const before = (await usher.cognito.listUsers({ UserPoolId: usher.userPoolId })).Users?.length;

    const planned = await inviteAs('--dry-run');
    expect(planned.mails).toBeGreaterThan(20);
    expect(planned.people).toContainEqual({ state: 'skipped', format: null, people: 1 });
    expect(planned.leftOut).toEqual([{ reason: 'unconfirmed', people: 1 }]);
    expect(await invited()).toEqual([]);

    expect(await inviteAs('--yes')).toEqual({ ...planned, dryRun: false });
    await allMailsSent(usher);
    const people = await invited();
    expect(people).toHaveLength(planned.mails);
    expect(people).not.toContain(ada.email);
    expect(people).not.toContain('carol@example.com');
    expect(recipients()).toHaveLength(planned.mails);
    expect(new Set(recipients()).size).toBe(planned.mails);

    const { leftOut, ...rest } = await inviteAs('--yes');
    expect(rest).toEqual({ dryRun: false, mails: 0, people: [] });
    expect(leftOut).toContainEqual({ reason: 'already_invited', people: planned.mails });
    await allMailsSent(usher);
    expect(recipients()).toHaveLength(planned.mails);
    // Nobody was created in the pool, so a reset still migrates.
    expect((await usher.cognito.listUsers({ UserPoolId: usher.userPoolId })).Users).toHaveLength(
      before ?? -1,
    );
    expect(await resetByMail(usher, 'oauth@example.com', 'A new passw0rd!')).toBe(204);
  });

  it('mails the link to the hosted page if there are pages and no --link', async () => {
    await insert('hosted@example.com');
    const pages = { ...variables(), PORT: '3000', PAGES: 'on', PUBLIC_URL: 'https://auth.example.com/' };
    const { status, err } = await runCommand(['migration', 'invite', '--rate', '6000', '--yes'], pages);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const { text } = await usher.mail.waitFor(({ to }) => to.includes('hosted@example.com'));
    expect(text).toContain('\nhttps://auth.example.com/forgot\n');
  });

  it('mails a link without a token in the given language', async () => {
    await insert('greta@example.com');
    await inviteAs('--yes', '--language', 'de');
    const { subject, text, html } = await usher.mail.waitFor(({ to }) => to.includes('greta@example.com'));
    expect(subject).toBe('Wählen Sie ein neues Passwort für Ihr Konto');
    expect(text).toContain(`Neues Passwort wählen:\n${link}\n`);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([link, link]);
  });

  it('prints a report', async () => {
    await insert('report@example.com');
    await insert('not an address');
    const { status, out } = await invite('--dry-run', '--state', 'legacy');
    expect(status).toBe(0);
    expect(out).toMatch(/^Would mail 1 person\.\n {2}1 {2}legacy: \$2a\$10\$\nLeft out:\n/);
    expect(out).toContain('\n  1  address_invalid: not an e-mail address\n');
    expect(out).toMatch(/\n {2}\d+ {2}already_invited: invited before\n/);
    await usher.database.sql(`DELETE FROM users WHERE email = 'not an address'`);
  });

  it('leaves out people who cannot reset', async () => {
    await insert('fine@example.com');
    await insert('twice@example.com');
    await insert('Twice@Example.com');
    await insert('böb@exämple.org');
    await insert('böb@xn--exmple-cua.org');
    await insert('');
    await insert('one@example.com, two@example.com');
    await insert('disabled@example.com', { usher_disabled_at: 'now()' });
    await insert('blocked@example.com', { last_name: `'Banned'` });
    await insert('erased@example.com', { usher_erased_at: 'now()' });
    await insert('unsure@example.com', { usher_migration_state: `'failed'` });
    await usher.database.sql(`UPDATE users SET confirmed_at = NULL WHERE email = 'unsure@example.com'`);
    await insert('stranger@example.com', { usher_migration_reason: `'signed_up'` });
    await insert('linked@example.com', { cognito_sub: `'0b0c6d4e-linked'` });

    const planned = await inviteAs('--dry-run');
    expect(planned).toMatchObject({ mails: 1, people: [{ state: 'legacy', format: '$2a$10$', people: 1 }] });
    const reasons = Object.fromEntries(planned.leftOut.map(({ reason, people }) => [reason, people]));
    expect(reasons).toMatchObject({
      address_blank: 1,
      address_invalid: 1,
      address_duplicate: 4,
      blocked: 1,
      disabled: 1,
      erased: 1,
      signed_up: 1,
    });
    expect(reasons.unconfirmed).toBe(2);
    await inviteAs('--yes');
    await allMailsSent(usher);
    expect(await newPeople()).toBe(1);
    expect(recipients()).toContain('fine@example.com');
    await usher.database.sql('DELETE FROM users WHERE id > $1', [known]);
  });

  it('selects by state, format and last sign-in', async () => {
    await insert('recent@example.com', { current_sign_in_at: `now()` });
    await insert('old@example.com', { current_sign_in_at: `now() - interval '200 days'` });
    await insert('older@example.com', {
      current_sign_in_at: `now() - interval '400 days'`,
      last_sign_in_at: `now() - interval '10 days'`,
    });
    await insert('never@example.com');
    await insert('sent@example.com', { usher_migration_state: `'reset_sent'` });
    await usher.database.sql(
      `UPDATE users SET encrypted_password = '$P$Bgmx2Xw/fyChaKbXxyT7FSAvVqJ3Xu0' WHERE email IN ('old@example.com', 'never@example.com')`,
    );
    const mailsFor = async (...argv: string[]) => (await inviteAs('--dry-run', ...argv)).mails;
    expect(await mailsFor()).toBe(5);
    expect(await mailsFor('--state', 'reset_sent')).toBe(1);
    expect(await mailsFor('--state', 'reset_sent,legacy')).toBe(5);
    expect(await mailsFor('--state', 'failed', '--state', 'skipped')).toBe(0);
    expect(await mailsFor('--format', '$P$')).toBe(2);
    expect(await mailsFor('--format', '$P$', '--format', '$2a$')).toBe(5);
    expect(await mailsFor('--format', '2a')).toBe(0);
    expect(await inviteAs('--dry-run', '--inactive-since', '90d')).toMatchObject({
      mails: 1,
      leftOut: expect.arrayContaining([{ reason: 'last_sign_in_unknown', people: 2 }]),
    });
    const day = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10);
    expect(await mailsFor('--inactive-since', day)).toBe(0);
    expect(await mailsFor('--inactive-since', '199d', '--format', '$P$')).toBe(1);
    expect(await mailsFor('--limit', '2')).toBe(2);
    await inviteAs('--yes', '--limit', '2');
    expect(await newPeople()).toBe(2);
    await inviteAs('--yes');
    expect(await newPeople()).toBe(5);
  });

  it('keeps the pace', async () => {
    for (let n = 0; n < 5; n += 1) await insert(`pace${n}@example.com`);
    await inviteAs('--yes', '--rate', '600');
    const [row] = await usher.database.sql<{ spread: number }>(
      `SELECT extract(epoch FROM max(invited_at) - min(invited_at))::float8 AS spread FROM usher.invitations WHERE user_id > $1`,
      [known],
    );
    expect(row?.spread).toBeGreaterThan(0.38);
  });

  it('waits for an outbox that does not send, and mails nobody who migrates meanwhile', async () => {
    await insert('waiting@example.com');
    await insert('migrates@example.com');
    await usher.database.sql(
      `INSERT INTO usher.outbox (id, mail, sealed, next_try_at)
       SELECT gen_random_uuid(), 'reset_invitation', '', now() + interval '1 day' FROM generate_series(1, 6000)`,
    );
    let err = '';
    const status = run(['migration', 'invite', '--link', link, '--rate', '6000', '--yes'], {
      out: () => undefined,
      err: (text) => (err += text),
      variables,
    });
    await until(() => err.includes('waiting: the outbox holds 6000 invitations that are not sent ...\n'));
    expect(await newPeople()).toBe(0);
    await usher.database.sql(`UPDATE users SET cognito_sub = 'a-sub' WHERE email = 'migrates@example.com'`);
    await usher.database.sql(`DELETE FROM usher.outbox WHERE sealed = ''`);
    expect(await status).toBe(0);
    await allMailsSent(usher);
    expect(recipients()).toContain('waiting@example.com');
    expect(recipients()).not.toContain('migrates@example.com');
  });

  it('forgets the invitation of a deleted user', async () => {
    const admin = await personWith(usher, 'admin@example.org', 'admin');
    await insert('leaving@example.com');
    await inviteAs('--yes');
    const [row] = await usher.database.sql<{ id: string }>(
      `SELECT id FROM users JOIN usher.invitations ON user_id = id WHERE email = 'leaving@example.com'`,
    );
    expect((await usher.api.delete(`/admin/users/${row?.id}`, admin.headers)).status).toBe(202);
    expect(await newPeople()).toBe(0);
  });

  it('refuses --inactive-since on a table without times of sign-ins', async () => {
    const database = await createAdoptedDatabase();
    try {
      await database.sql('ALTER TABLE users DROP COLUMN current_sign_in_at, DROP COLUMN last_sign_in_at');
      const at = (...argv: string[]) =>
        runCommand(['migration', 'invite', '--link', link, '--dry-run', ...argv], {
          ...variables(),
          DATABASE_URL: database.url,
        });
      expect(await at('--inactive-since', '90d')).toMatchObject({
        status: 2,
        err: expect.stringContaining('no columns of the last sign-in'),
      });
      expect(await at()).toMatchObject({ status: 0, err: '' });
    } finally {
      await database.drop();
    }
  });

  it.each(adoptedTables.filter(({ idKind }) => idKind !== 'number'))(
    'invites the people of $what',
    async ({ create }) => {
      const database = await create();
      try {
        await database.migrate();
        const at = { ...variables(), DATABASE_URL: database.url };
        const argv = ['migration', 'invite', '--link', link, '--rate', '6000', '--json'];
        for (const mode of ['--dry-run', '--yes']) {
          const { out, err } = await runCommand([...argv, mode], at);
          expect(err).toBe('');
          expect(JSON.parse(out)).toMatchObject({ mails: people.length, leftOut: [] });
        }
        expect(await database.sql('SELECT FROM usher.outbox')).toHaveLength(people.length);
      } finally {
        await database.drop();
      }
    },
  );

  it('judges the copies of a read-only source by what the last sync wrote', async () => {
    const database = await createDatabase();
    try {
      await database.migrate();
      await database.sql(
        `INSERT INTO users (usher_legacy_id, usher_legacy_format, usher_legacy_verified, email, encrypted_password, confirmed_at, current_sign_in_at, created_at, updated_at)
         VALUES ('7', '$P$', true, 'seven@example.com', '', now(), '2020-01-01', now(), now()),
           ('8', NULL, true, 'eight@example.com', '', now(), NULL, now(), now()),
           ('9', '$P$', false, 'nine@example.com', '', NULL, NULL, now(), now())`,
      );
      const at = { ...variables(), DATABASE_URL: database.url };
      const { out } = await runCommand(['migration', 'invite', '--link', link, '--dry-run', '--json'], at);
      const { people: chosen, leftOut } = JSON.parse(out) as InviteResult;
      expect(chosen).toEqual([
        { state: 'legacy', format: '$P$', people: 1 },
        { state: 'skipped', format: null, people: 1 },
      ]);
      expect(leftOut).toEqual([{ reason: 'unconfirmed', people: 1 }]);
    } finally {
      await database.drop();
    }
  });

  it.each([
    [[], 'This mails people. Check with --dry-run, then confirm with --yes.'],
    [['--yes', '--link', 'http://app.example.com/forgot'], 'It must be an https URL.'],
    [['--yes', '--link', 'app.example.com/forgot'], 'It must be an https URL.'],
    [['--yes', '--state', 'migrated'], 'It must be of legacy, failed, reset_sent, skipped.'],
    [['--yes', '--inactive-since', '2026-02-30'], 'It must be a day such as'],
    [['--yes', '--inactive-since', 'yesterday'], 'It must be a day such as'],
    [['--yes', '--rate', '0'], 'It must be a number from 1 to 6000.'],
    [['--yes', '--limit', '0'], 'It must be a number from 1 to'],
    [['--yes', '--language', 'xx'], 'Allowed choices are en, de, fr, it, es.'],
  ])('refuses the arguments %j', async (argv, text) => {
    expect(await invite(...argv)).toEqual({ status: 2, out: '', err: expect.stringContaining(text) });
  });

  it('refuses hosted pages without https', async () => {
    const pages = { ...variables(), PORT: '3000', PAGES: 'on', PUBLIC_URL: 'http://auth.example.com' };
    const { status, err } = await runCommand(['migration', 'invite', '--yes'], pages);
    expect({ status, err }).toEqual({
      status: 2,
      err: expect.stringContaining('PUBLIC_URL must be an https URL.'),
    });
  });

  it('needs the page', async () => {
    const { status, err } = await runCommand(['migration', 'invite', '--yes'], variables());
    expect({ status, err }).toEqual({
      status: 2,
      err: expect.stringContaining('--link is missing'),
    });
  });
});
