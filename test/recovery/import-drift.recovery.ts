import { spawn } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { codeAt } from '../../apps/user-pool/test/authenticator.js';
import { lastCode } from '../support/builders/pool-users.js';
import { runCommand } from '../support/drivers/command.js';
import { createAdoptedDatabase } from '../support/drivers/database.js';
import { hashes, importTools, legacyPassword } from '../support/drivers/import-tools.js';
import { oldPassword, openSourceUsher } from '../support/drivers/source-usher.js';
import { until } from '../support/drivers/until.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { openUsher, type Usher } from '../support/drivers/usher.js';

const newPassword = 'the new password 1';
const newHash = bcrypt.hashSync(newPassword, 4);
const reimport = ['--reimport', '--pool-is-ours'];
const longestMs = 120_000;

const poolUserOf = async ({ cognito, userPoolId }: Usher, email: string) => {
  const found = await cognito.listUsers({ UserPoolId: userPoolId, Filter: `email = "${email}"` });
  const [user] = found.Users ?? [];
  return user && { sub: user.Username, status: user.UserStatus, enabled: user.Enabled };
};

const auditOf = (usher: Usher, id: number) =>
  usher.database.sql<{ actor: string; action: string }>(
    `SELECT actor, action FROM usher.audit WHERE user_id = $1 ORDER BY id`,
    [id],
  );

/** PostgreSQL may not have noticed yet that a killed process is gone. */
async function untilFree<Outcome extends { err: string }>(run: () => Promise<Outcome>): Promise<Outcome> {
  for (;;) {
    const outcome = await run();
    if (!outcome.err.includes('Another process')) return outcome;
  }
}

describe('with an adopted table', () => {
  const usher = openUsher(async () => {
    const database = await createAdoptedDatabase();
    await database.sql('ALTER TABLE users ADD COLUMN banned_at timestamp');
    return { database, mfa: 'OPTIONAL' as const };
  });
  const tools = importTools(() => usher);
  const { inPool, importUsers, imported, person, rowOf, importOf } = tools;
  beforeEach(() => usher.database.sql('TRUNCATE usher.import_blocks, usher.audit'));

  const change = (id: number, hash = newHash) =>
    usher.database.sql('UPDATE users SET encrypted_password = $2 WHERE id = $1', [id, hash]);
  const statusOf = async (email: string, password: string) =>
    (await usher.api.signIn(email, password)).status;
  const command = async (...argv: string[]) => {
    const { status, out, err } = await runCommand(argv, tools.variables());
    return { status, err, answer: JSON.parse(out) as Record<string, unknown> };
  };

  it('finds a changed hash, shows it, and imports the person again', async () => {
    const ada = await person('ada@example.com');
    const bob = await person('bob@example.com');
    const eve = await person('eve@example.com');
    await imported();
    const before = await poolUserOf(usher, 'ada@example.com');
    expect(await command('migration', 'import', 'status', '--json')).toMatchObject({
      answer: { changed: 0 },
    });
    await change(ada);
    await change(eve);
    expect(await statusOf('eve@example.com', legacyPassword)).toBe(200);

    expect(await command('migration', 'import', 'status', '--json')).toMatchObject({
      answer: { changed: 1 },
    });
    const reasons = [{ code: 'import_hashes_changed', people: 1 }];
    expect(await command('migration', 'status', '--json')).toMatchObject({
      answer: { verdict: { canSwitchOff: false, reasons } },
    });
    expect(await command('migration', 'plan', '--json')).toMatchObject({
      status: 3,
      answer: {
        findings: expect.arrayContaining([{ id: 'import_hash_changed', rows: 1, sample: [String(ada)] }]),
      },
    });
    expect((await importUsers(['rejects'])).out).toBe(
      `ada@example.com (id ${ada}) imported: import_hash_changed\n1 person not imported.\n`,
    );

    const calls = usher.proxy.calls.length;
    const refused = await importUsers(['--reimport']);
    expect(refused).toMatchObject({ status: 2, err: expect.stringContaining('--pool-is-ours') });
    expect(usher.proxy.calls.slice(calls)).toEqual([]);
    expect(await importOf(ada)).toMatchObject({ state: 'imported', sub: before?.sub });
    expect((await imported(['--dry-run', ...reimport])).answer).toMatchObject({
      reimport: { deleted: 1, left: [] },
    });
    expect((await imported()).answer).toMatchObject({ jobs: [], changed: 1 });
    expect(await poolUserOf(usher, 'ada@example.com')).toEqual(before);

    const { status, answer } = await imported(reimport);
    expect(status).toBe(0);
    expect(answer).toEqual({
      ...{ jobs: [{ algorithm: 'BCRYPT', rows: 1, files: 1 }], canary: null, states: { imported: 3 } },
      ...{ leftOut: [{ reason: 'migrated', rows: 2 }], reimport: { deleted: 1, left: [] } },
    });
    expect((await poolUserOf(usher, 'ada@example.com'))?.sub).not.toBe(before?.sub);
    expect(await rowOf(ada)).toMatchObject({ state: 'imported', reason: 'hash_import' });
    expect(await statusOf('ada@example.com', legacyPassword)).toBe(401);
    expect(await statusOf('ada@example.com', newPassword)).toBe(200);
    expect(await rowOf(ada)).toMatchObject({ state: 'migrated', reason: 'hash_import' });
    expect(await auditOf(usher, ada)).toContainEqual({ actor: 'operator', action: 'reopen-migration' });
    expect(await rowOf(bob)).toMatchObject({ state: 'imported' });
  });

  it('is shown by the API, and no more when the old hash is back', async () => {
    const ada = await person('ada@example.com');
    await imported();
    await change(ada);
    const changed = () => usher.database.sql('SELECT 1 FROM usher.imports WHERE changed_at IS NOT NULL');
    await until(async () => (await changed()).length === 1);
    await change(ada, hashes.BCRYPT);
    await until(async () => (await changed()).length === 0);
  });

  it('lets people migrate by a sign-in whose new hash Cognito does not import', async () => {
    const ada = await person('ada@example.com');
    await imported();
    const digest = pbkdf2Sync(newPassword, 'salt', 1000, 20, 'sha1').toString('base64');
    await change(ada, `pbkdf2_sha1$1000$salt$${digest}`);
    expect((await imported(reimport)).answer).toMatchObject({
      ...{ jobs: [], states: {}, reimport: { deleted: 1, left: [] } },
    });
    expect(await poolUserOf(usher, 'ada@example.com')).toBeUndefined();
    expect(await statusOf('ada@example.com', newPassword)).toBe(200);
    expect(await rowOf(ada)).toMatchObject({ state: 'migrated', reason: null });
  });

  it('deletes nobody beyond the limits: they are reported, and get a reset', async () => {
    const names = [
      'factor',
      'group',
      'modified',
      'disabled',
      'blank',
      'banned',
      'barred',
      'twin',
      'relinked',
      'gone',
    ];
    const ids = new Map<string, number>();
    for (const name of names) ids.set(name, await person(`${name}@example.com`));
    await imported();
    for (const id of ids.values()) await change(id);
    const GroupName = 'staff';
    await usher.cognito.createGroup({ UserPoolId: usher.userPoolId, GroupName });
    await usher.cognito.adminAddUserToGroup({ ...inPool('group@example.com'), GroupName });
    await enrolAuthenticator('factor@example.com');
    usher.clock.advanceBy(1000);
    await usher.cognito.adminSetUserPassword({
      ...{ ...inPool('modified@example.com'), Password: 'set by support 1', Permanent: true },
    });
    await usher.cognito.adminDisableUser(inPool('disabled@example.com'));
    await change(ids.get('blank') ?? 0, '');
    await usher.database.sql('UPDATE users SET banned_at = now() WHERE id = $1', [ids.get('banned')]);
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [ids.get('barred')]);
    await usher.database.sql('DROP INDEX IF EXISTS index_users_on_email');
    await person('Twin@example.com', { encrypted_password: '' });
    // By an operator: this pool user is not the one that the import made.
    await usher.database.sql(`UPDATE users SET cognito_sub = 'another' WHERE id = $1`, [ids.get('relinked')]);
    await usher.cognito.adminDeleteUser(inPool('gone@example.com'));
    const before = await Promise.all(names.map((name) => poolUserOf(usher, `${name}@example.com`)));

    const { answer, status } = await imported(reimport);
    expect(status).toBe(0);
    const { deleted, left } = answer?.reimport as { deleted: number; left: Record<string, unknown>[] };
    expect(deleted).toBe(0);
    const leftOf = (name: string, reason: string, reset: boolean) => ({
      ...{ id: String(ids.get(name)), email: `${name}@example.com`, reason, reset },
    });
    expect(left).toEqual([
      leftOf('factor', 'second_factor', true),
      leftOf('group', 'in_group', true),
      leftOf('modified', 'modified', true),
      leftOf('disabled', 'disabled_in_pool', false),
      leftOf('blank', 'hash_missing', true),
      leftOf('banned', 'blocked', false),
      leftOf('barred', 'blocked', false),
      leftOf('twin', 'address_duplicate', true),
      leftOf('gone', 'not_in_pool', false),
    ]);
    const after = await Promise.all(names.map((name) => poolUserOf(usher, `${name}@example.com`)));
    expect(after.map((user) => user?.sub)).toEqual(before.map((user) => user?.sub));
    const statusIn = (name: string) => after[names.indexOf(name)]?.status;
    expect(names.filter((name) => statusIn(name) === 'RESET_REQUIRED')).toEqual([
      ...['factor', 'group', 'modified', 'blank', 'twin'],
    ]);

    const { out } = await importUsers(['rejects', '--csv']);
    expect(out).toContain(
      `${ids.get('group')},group@example.com,imported,BCRYPT,"import_hash_changed, in_group, reset"\r\n`,
    );
    expect(out).toContain(
      `${ids.get('disabled')},disabled@example.com,imported,BCRYPT,"import_hash_changed, disabled_in_pool"\r\n`,
    );
    const { verdict } = (await command('migration', 'status', '--json')).answer as {
      verdict: { reasons: object[] };
    };
    expect(verdict.reasons).toEqual(
      expect.arrayContaining([
        { code: 'resets_open', people: 5 },
        { code: 'import_hashes_changed', people: 4 },
      ]),
    );

    // A second run mails no second code.
    const codes = () =>
      usher.proxy.calls.filter(({ operation }) => operation === 'AdminResetUserPassword').length;
    const sent = codes();
    const again = (await imported(reimport)).answer?.reimport as { left: { reset: boolean }[] };
    expect(again.left.filter(({ reset }) => reset)).toEqual([]);
    expect(codes()).toBe(sent);

    const email = 'group@example.com';
    expect(await statusOf(email, legacyPassword)).toBe(401);
    const passwords = { password: 'chosen by reset 1', passwordConfirmation: 'chosen by reset 1' };
    const reset = await usher.api.post('/passwords/reset', {
      email,
      code: await lastCode(usher, email),
      ...passwords,
    });
    expect(reset.status).toBe(204);
    expect(await statusOf(email, passwords.password)).toBe(200);
    expect(await rowOf(ids.get('group') ?? 0)).toMatchObject({ state: 'migrated' });
  });

  it.each([
    ['before the row is unlinked', 1],
    ['after the row is unlinked', 2],
  ])('deletes no pool user who signs in %s', async (_, check) => {
    const ada = await person('ada@example.com');
    await imported();
    await change(ada);
    const holds = [usher.proxy.holdAnswer('AdminListGroupsForUser')];
    const run = imported(reimport);
    await holds[0]?.done;
    if (check === 2) holds.push(usher.proxy.holdAnswer('AdminListGroupsForUser'));
    if (check === 2) holds[0]?.release();
    await holds.at(-1)?.done;
    expect(await rowOf(ada)).toMatchObject({ state: check === 2 ? null : 'imported' });
    expect(await statusOf('ada@example.com', legacyPassword)).toBe(200);
    for (const { release } of holds) release();
    expect((await run).answer).toMatchObject({ reimport: { deleted: 0, left: [] }, states: { imported: 1 } });
    expect(await rowOf(ada)).toMatchObject({ state: 'migrated' });
    expect(await statusOf('ada@example.com', legacyPassword)).toBe(200);
  });

  describe('kill -9', () => {
    function start() {
      const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
      const child = spawn(
        process.execPath,
        [main, 'migration', 'import', ...reimport, '--dir', tools.folder()],
        {
          env: {
            PATH: process.env.PATH,
            AWS_ACCESS_KEY_ID: 'local',
            AWS_SECRET_ACCESS_KEY: 'local',
            ...tools.variables(),
          },
        },
      );
      return { child, closed: once(child, 'close') };
    }
    const completed = (argv: string[]) => untilFree(() => imported(argv));

    /** @returns the id of a person whose pool user is deleted, which the killed command did not learn */
    async function killedAfterDeletion(): Promise<number> {
      const ada = await person('ada@example.com');
      await imported();
      await change(ada);
      const held = usher.proxy.holdAnswer('AdminDeleteUser');
      const { child, closed } = start();
      await held.done;
      child.kill('SIGKILL');
      await closed;
      held.release();
      return ada;
    }

    it(
      'after the deletion of the pool user: the person migrates by signing in, or is imported by the next run',
      async () => {
        const ada = await killedAfterDeletion();
        expect(await poolUserOf(usher, 'ada@example.com')).toBeUndefined();
        expect(await rowOf(ada)).toMatchObject({ sub: null });
        expect(await completed([])).toMatchObject({ status: 0, answer: { states: { imported: 1 } } });
        expect(await statusOf('ada@example.com', newPassword)).toBe(200);
        expect(await rowOf(ada)).toMatchObject({ state: 'migrated', reason: 'hash_import' });
      },
      longestMs,
    );

    it(
      'after the deletion of the pool user: a sign-in before the next run stays',
      async () => {
        const ada = await killedAfterDeletion();
        expect(await statusOf('ada@example.com', newPassword)).toBe(200);
        const row = await rowOf(ada);
        expect(row).toMatchObject({ state: 'migrated', reason: null });
        expect(await completed(reimport)).toMatchObject({ status: 0, answer: { jobs: [] } });
        expect(await rowOf(ada)).toEqual(row);
        expect(await statusOf('ada@example.com', newPassword)).toBe(200);
      },
      longestMs,
    );

    it(
      'before the deletion of the pool user: the next run links it again, and can import again',
      async () => {
        const ada = await person('ada@example.com');
        await imported();
        await change(ada);
        const { sub } = (await rowOf(ada)) ?? {};
        let arrive = () => undefined as void;
        const arrived = new Promise<void>((resolve) => (arrive = resolve));
        usher.proxy.answerWith('AdminDeleteUser', () => arrive());
        const { child, closed } = start();
        await arrived;
        expect(await rowOf(ada)).toMatchObject({ sub: null });
        child.kill('SIGKILL');
        await closed;
        usher.proxy.forwardAll();
        expect(await completed([])).toMatchObject({
          status: 0,
          answer: { changed: 1, states: { imported: 1 } },
        });
        expect(await rowOf(ada)).toEqual({ sub, state: 'imported', reason: 'hash_import' });
        expect((await imported(reimport)).answer).toMatchObject({
          reimport: { deleted: 1 },
          states: { imported: 1 },
        });
        expect(await statusOf('ada@example.com', newPassword)).toBe(200);
      },
      longestMs,
    );
  });

  describe('a person whom the old application blocks after the import', () => {
    const ban = (id: number) => usher.database.sql('UPDATE users SET banned_at = now() WHERE id = $1', [id]);
    const lift = (id: number) => usher.database.sql('UPDATE users SET banned_at = NULL WHERE id = $1', [id]);
    const isEnabled = async (email: string) => (await poolUserOf(usher, email))?.enabled;
    it(
      'is disabled in the pool, and enabled again only if Usher has disabled the pool user',
      async () => {
        const ada = await person('ada@example.com');
        const bob = await person('bob@example.com');
        const cleo = await person('cleo@example.com');
        await imported();
        await usher.cognito.adminDisableUser(inPool('bob@example.com'));
        usher.proxy.answerWith('AdminDisableUser', exception('InternalErrorException', 'away', 500));
        for (const id of [ada, bob, cleo]) await ban(id);
        const blocks = (condition: string) =>
          usher.database.sql(`SELECT 1 FROM usher.import_blocks WHERE ${condition}`);
        await until(async () => (await blocks('last_error IS NOT NULL')).length === 2);
        const { out } = await runCommand(['jobs', 'list', '--json'], tools.variables());
        expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ kind: 'import-blocks', failed: 2 }));
        usher.proxy.forwardAll();
        await runCommand(['jobs', 'retry', 'import-blocks'], tools.variables());
        await until(async () => (await blocks(`state = 'disabled'`)).length === 2);
        expect(await isEnabled('ada@example.com')).toBe(false);
        expect(await isEnabled('cleo@example.com')).toBe(false);
        expect(await auditOf(usher, ada)).toEqual([{ actor: 'usher', action: 'disable' }]);
        expect(await auditOf(usher, bob)).toEqual([]);

        await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [cleo]);
        for (const id of [ada, bob, cleo]) await lift(id);
        await until(async () => (await usher.database.sql('SELECT 1 FROM usher.import_blocks')).length === 0);
        expect(await isEnabled('ada@example.com')).toBe(true);
        expect(await isEnabled('bob@example.com')).toBe(false);
        expect(await isEnabled('cleo@example.com')).toBe(false);
        expect(await auditOf(usher, ada)).toContainEqual({ actor: 'usher', action: 'enable' });
        expect(await statusOf('ada@example.com', legacyPassword)).toBe(200);
      },
      longestMs,
    );
  });

  /** As the person would, through another application. */
  async function enrolAuthenticator(email: string): Promise<void> {
    const { cognito, clientId: ClientId } = usher;
    const { AuthenticationResult } = await cognito.initiateAuth({
      ...{ ClientId, AuthFlow: 'USER_PASSWORD_AUTH' },
      AuthParameters: { USERNAME: email, PASSWORD: legacyPassword },
    });
    const AccessToken = AuthenticationResult?.AccessToken;
    const { SecretCode } = await cognito.associateSoftwareToken({ AccessToken });
    const UserCode = codeAt(SecretCode, usher.clock.now());
    await cognito.verifySoftwareToken({ AccessToken, UserCode });
    await cognito.setUserMFAPreference({ AccessToken, SoftwareTokenMfaSettings: { Enabled: true } });
  }
});

describe('with a read-only source', () => {
  const usher = openSourceUsher();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-import-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const command = async (...argv: string[]) => {
    const { status, out, err } = await runCommand(argv, {
      ...usher.variables,
      AWS_COGNITO_CLIENT_ID: undefined,
    });
    expect({ status, err }).toEqual({ status: 0, err: expect.any(String) });
    return JSON.parse(out) as Record<string, unknown>;
  };
  const importUsers = (...argv: string[]) =>
    command('migration', 'import', '--json', '--dir', folder, ...argv);
  const change = (id: number, column: string, value: unknown) =>
    usher.source.database.sql(`UPDATE people SET ${column} = $2 WHERE id = $1`, [id, value]);
  const isEnabled = async (email: string) => (await poolUserOf(usher, email))?.enabled;

  it('a sync finds changed hashes, and people can be imported again', async () => {
    const ada = await usher.person('ada@example.com');
    const bob = await usher.person('bob@example.com');
    await usher.person('cleo@example.com');
    await importUsers();
    await change(ada, 'password', newHash);
    await change(bob, 'password', newHash);
    await command('source', 'sync', '--json');
    expect(await command('migration', 'import', 'status', '--json')).toMatchObject({ changed: 2 });
    const { answer, findings } = await plan();
    expect(answer).toBe(3);
    expect(findings).toContainEqual({
      id: 'import_hash_changed',
      rows: 2,
      sample: [String(ada), String(bob)],
    });
    await change(bob, 'password', bcrypt.hashSync('yet another one 1', 4));
    expect(await importUsers(...reimport)).toMatchObject({
      reimport: { deleted: 2, left: [] },
      states: { imported: 3 },
    });
    expect((await usher.api.signIn('ada@example.com', oldPassword)).status).toBe(401);
    expect((await usher.api.signIn('ada@example.com', newPassword)).status).toBe(200);
    expect((await usher.api.signIn('bob@example.com', 'yet another one 1')).status).toBe(200);
    expect((await usher.api.signIn('cleo@example.com', oldPassword)).status).toBe(200);
    // Only the pool's password counts from here on.
    await change(ada, 'password', bcrypt.hashSync('a later one 1', 4));
    await command('source', 'sync', '--json');
    expect(await command('migration', 'import', 'status', '--json')).toMatchObject({ changed: 0 });
  });

  it(
    'a person whom the source blocks or deletes is disabled in the pool, and enabled when the block is lifted',
    async () => {
      const dan = await usher.person('dan@example.com');
      const eve = await usher.person('eve@example.com');
      await importUsers();
      await change(dan, 'blocked', true);
      await usher.source.database.sql('DELETE FROM people WHERE id = $1', [eve]);
      await command('source', 'sync', '--json');
      await until(async () => (await isEnabled('dan@example.com')) === false);
      await until(async () => (await isEnabled('eve@example.com')) === false);
      expect((await usher.api.signIn('dan@example.com', oldPassword)).status).toBe(401);
      await change(dan, 'blocked', false);
      await command('source', 'sync', '--json');
      await until(async () => (await isEnabled('dan@example.com')) === true);
      expect((await usher.api.signIn('dan@example.com', oldPassword)).status).toBe(200);
      expect(await isEnabled('eve@example.com')).toBe(false);
    },
    longestMs,
  );

  async function plan() {
    const { status, out } = await runCommand(['migration', 'plan', '--json'], usher.variables);
    return { answer: status, findings: (JSON.parse(out) as { findings: object[] }).findings };
  }
});
