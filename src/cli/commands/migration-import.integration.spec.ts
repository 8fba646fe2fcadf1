import { statSync } from 'node:fs';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hashes, importTools, legacyPassword } from '../../../test/support/drivers/import-tools.js';
import { exception } from '../../../test/support/fakes/cognito-proxy.js';
import { until } from '../../../test/support/drivers/until.js';
import { openUsher } from '../../../test/support/drivers/usher.js';

const usher = openUsher({
  pool: {
    Schema: [
      { Name: 'rails_app_id', AttributeDataType: 'String', Mutable: true },
      { Name: 'age', AttributeDataType: 'Number', Mutable: true },
    ],
  },
});
const { inPool, importUsers, imported, person, rowOf, importOf, filesLeft, folder } = importTools(
  () => usher,
);

const attributesOf = async (name: string) => {
  const { UserAttributes = [], ...user } = await usher.cognito.adminGetUser(inPool(name));
  const attributes = new Map(UserAttributes.map(({ Name = '', Value }) => [Name, Value]));
  return { ...user, attributes: Object.fromEntries(attributes) };
};

const states = async () => {
  const rows = await usher.database.sql<{ state: string; reason: string | null; people: number }>(
    `SELECT state, reason, sum(people)::int AS people FROM usher.migration_counts GROUP BY 1, 2 HAVING sum(people) <> 0 ORDER BY 1, 2`,
  );
  return rows.map(({ state, reason, people }) => `${state} ${reason} ${people}`);
};

describe('usher migration import', () => {
  it('imports one job an algorithm, and links the rows; the first sign-in makes them migrated', async () => {
    const ids: Record<string, number> = {};
    for (const [algorithm, hash] of Object.entries(hashes))
      ids[algorithm] = await person(`${algorithm.toLowerCase()}@example.com`, {
        ...{ encrypted_password: hash, first_name: 'Ada, Countess', last_name: 'of Lovelace' },
      });
    const { status, answer } = await imported();
    expect(status).toBe(0);
    expect(answer).toEqual({
      jobs: expect.arrayContaining(
        Object.keys(hashes).map((algorithm) => ({ algorithm, rows: 1, files: 1 })),
      ),
      ...{ leftOut: [], canary: null, states: { imported: 4 } },
    });
    expect(filesLeft()).toEqual([]);
    for (const [algorithm, id] of Object.entries(ids)) {
      const email = `${algorithm.toLowerCase()}@example.com`;
      const { attributes, UserStatus } = await attributesOf(email);
      expect(UserStatus).toBe('CONFIRMED');
      expect(attributes).toEqual({
        ...{
          email,
          email_verified: 'true',
          name: 'Ada, Countess of Lovelace',
          'custom:rails_app_id': String(id),
        },
        sub: expect.any(String),
      });
      expect(await rowOf(id)).toEqual({ sub: attributes.sub, state: 'imported', reason: 'hash_import' });
      expect(await importOf(id)).toEqual({ state: 'imported', reason: null, sub: attributes.sub });
      expect((await usher.api.signIn(email, legacyPassword)).status).toBe(200);
      expect(await rowOf(id)).toMatchObject({ state: 'migrated', reason: 'hash_import' });
    }
    expect(await states()).toEqual(['migrated hash_import 4']);
    // Nothing is left to do.
    expect(await imported()).toMatchObject({ status: 0, answer: { jobs: [], states: { imported: 4 } } });
  });

  it('leaves out everybody who may not sign in, has migrated or has another hash', async () => {
    const leftOut = {
      address_invalid: [{ email: 'nobody' }],
      hash_missing: [{ encrypted_password: '' }],
      hash_unknown: [{ encrypted_password: 'secret' }],
      hash_too_costly: [{ encrypted_password: hashes.BCRYPT.replace('$04$', '$13$') }],
      format: [{ encrypted_password: `$6$salt$${'.'.repeat(86)}` }],
      unverified: [{ confirmed_at: null }],
      locked: [{ locked_at: new Date() }],
      blocked: [{ usher_disabled_at: new Date() }],
      migrated: [{ cognito_sub: 'a-sub' }],
      reset_sent: [{ usher_migration_state: 'reset_sent' }],
      attribute_too_long: [],
      not_writable: [{ first_name: 'x\nforged' }, { first_name: 'a"b' }, { last_name: 'c\\' }],
    };
    let count = 0;
    for (const changes of Object.values(leftOut).flat())
      await person(`p${(count += 1)}@example.com`, changes);
    await usher.database.sql('DROP INDEX IF EXISTS index_users_on_email');
    await person('twin@example.com');
    await person('Twin@example.com ');
    await person('alone@example.com');
    const { answer } = await imported();
    expect(answer).toMatchObject({
      jobs: [{ algorithm: 'BCRYPT', rows: 1, files: 1 }],
      states: { imported: 1 },
    });
    const expected = { ...leftOut, address_duplicate: [{}, {}] };
    const found = answer?.leftOut as { reason: string; rows: number }[];
    expect(Object.fromEntries(found.map(({ reason, rows }) => [reason, rows]))).toEqual(
      Object.fromEntries(
        Object.entries(expected).flatMap(([reason, rows]) =>
          rows.length > 0 ? [[reason, rows.length]] : [],
        ),
      ),
    );
    const { Users = [] } = await usher.cognito.listUsers({ UserPoolId: usher.userPoolId });
    expect(Users).toHaveLength(1);
  });

  it('leaves out hashes that may have a pepper', async () => {
    await person('ada@example.com');
    await person('bob@example.com', { encrypted_password: hashes.SCRYPT });
    const { answer } = await imported([], { PASSWORD_PEPPERS: 'pepper' });
    expect(answer).toMatchObject({
      jobs: [{ algorithm: 'SCRYPT', rows: 1 }],
      leftOut: [{ reason: 'peppered', rows: 1 }],
    });
  });

  it('changes nothing with --dry-run', async () => {
    await person('ada@example.com');
    const { status, answer } = await imported(['--dry-run']);
    expect({ status, answer }).toEqual({
      status: 0,
      answer: { jobs: [{ algorithm: 'BCRYPT', rows: 1, files: 1 }], leftOut: [], canary: null, states: {} },
    });
    expect(usher.proxy.calls.filter(({ operation }) => operation.includes('Import'))).toEqual([]);
    expect(await usher.database.sql('SELECT 1 FROM usher.imports')).toEqual([]);
  });

  it('takes one algorithm, and at most so many people', async () => {
    for (let n = 0; n < 5; n += 1) await person(`p${n}@example.com`);
    await person('other@example.com', { encrypted_password: hashes.SCRYPT });
    const { answer } = await imported(['--algorithm', 'BCRYPT', '--limit', '3']);
    expect(answer).toMatchObject({
      jobs: [{ algorithm: 'BCRYPT', rows: 3, files: 1 }],
      leftOut: [
        { reason: 'limit', rows: 2 },
        { reason: 'other_algorithm', rows: 1 },
      ],
      states: { imported: 3 },
    });
    expect((await imported()).answer).toMatchObject({ states: { imported: 6 } });
  });

  it('writes files that only their owner may read, and keeps them until their job is done', async () => {
    const id = await person('ada@example.com', { first_name: 'Ada' });
    usher.proxy.answerWith('CreateUserImportJob', exception('InternalErrorException', 'away', 500));
    const { status } = await imported();
    expect(status).toBe(1);
    const [name = ''] = await readdir(folder());
    const path = join(folder(), name);
    expect([statSync(path).mode & 0o777, statSync(folder()).mode & 0o777]).toEqual([0o600, 0o700]);
    const [header = '', line, ...rest] = (await readFile(path, 'utf8')).split('\n');
    expect(rest).toEqual(['']);
    const { CSVHeader = [] } = await usher.cognito.getCSVHeader({ UserPoolId: usher.userPoolId });
    expect(header).toBe(CSVHeader.join(','));
    expect(line).toContain(`ada@example.com,${hashes.BCRYPT}`);
    usher.proxy.forwardAll();
    expect((await imported()).answer).toMatchObject({ states: { imported: 1 } });
    expect(await importOf(id)).toMatchObject({ state: 'imported' });
    expect(filesLeft()).toEqual([]);
  });

  it('names the person of each line that Cognito did not import, and lets them migrate by signing in', async () => {
    const ada = await person('ada@example.com', { first_name: '36' });
    const bob = await person('=bob@example.com', { first_name: 'Bob' });
    const cleo = await person('cleo@example.com', { first_name: '7' });
    await usher.cognito.adminCreateUser({ ...inPool('cleo@example.com'), MessageAction: 'SUPPRESS' });
    const { answer, status } = await imported([], { USER_ATTRIBUTES: 'custom:age=first_name' });
    expect(status).toBe(0);
    expect(answer).toMatchObject({ states: { imported: 1, import_rejected: 1, skipped: 1 } });
    expect(await rowOf(ada)).toMatchObject({ state: 'imported' });
    expect(await rowOf(bob)).toMatchObject({ sub: null, state: 'failed', reason: 'import_rejected' });
    expect(await rowOf(cleo)).toMatchObject({ sub: null, state: null });
    const { out } = await importUsers(['rejects', '--csv']);
    const [header, ...lines] = out.split('\r\n');
    expect(header).toBe('id,email,state,algorithm,reason');
    expect(lines).toEqual([
      expect.stringMatching(`^${bob},"'=bob@example.com",import_rejected,BCRYPT,.*custom:age`),
      `${cleo},cleo@example.com,skipped,BCRYPT,The user already exists.`,
      '',
    ]);
    expect((await usher.api.signIn('=bob@example.com', legacyPassword)).status).toBe(200);
    expect(await rowOf(bob)).toMatchObject({ state: 'migrated', reason: null });
    // Nobody is sent twice.
    expect((await imported()).answer).toMatchObject({ jobs: [] });
  });

  it('sends the rest when the canary has signed in', async () => {
    const canary = await person('ada@example.com');
    const other = await person('bob@example.com');
    const run = imported(['--canary', 'Ada@example.com']);
    await until(async () => (await rowOf(canary))?.state === 'imported');
    expect(await importOf(other)).toBeUndefined();
    expect(await importUsers()).toMatchObject({
      status: 1,
      err: 'Another process imports. Try again later.\n',
    });
    expect((await usher.api.signIn('ada@example.com', legacyPassword)).status).toBe(200);
    expect(await run).toMatchObject({
      status: 0,
      answer: { canary: { email: 'ada@example.com', signedIn: true }, states: { imported: 2 } },
    });
  });

  it('sends nothing before the canary has signed in, unless told so', async () => {
    await person('ada@example.com');
    await person('bob@example.com');
    expect(await imported(['--canary', 'nobody@example.com'])).toMatchObject({ status: 1 });
    usher.proxy.answerWith(
      'StartUserImportJob',
      exception('PreconditionNotMetException', 'Another job runs.'),
    );
    const refused = await imported(['--canary', 'ada@example.com']);
    expect(refused).toMatchObject({ status: 1, err: 'Cognito refused the import job: Another job runs.\n' });
    usher.proxy.forwardAll();
    const waiting = await imported();
    expect(waiting).toMatchObject({
      status: 3,
      err: expect.stringContaining('Nothing was sent: ada@example.com has not signed in yet.'),
      answer: { jobs: [], states: { imported: 1 }, canary: { state: 'imported', signedIn: false } },
    });
    expect(await imported(['--yes'])).toMatchObject({ status: 0, answer: { states: { imported: 2 } } });
  });

  it('skips a person who signs in while the file is on its way, and who stays migrated', async () => {
    const ada = await person('ada@example.com');
    const bob = await person('bob@example.com');
    const held = usher.proxy.holdAnswer('CreateUserImportJob');
    const run = imported();
    await held.done;
    expect((await usher.api.signIn('ada@example.com', legacyPassword)).status).toBe(200);
    held.release();
    expect(await run).toMatchObject({ status: 0, answer: { states: { imported: 1, skipped: 1 } } });
    expect(await rowOf(ada)).toMatchObject({ state: 'migrated', reason: null });
    expect(await importOf(ada)).toMatchObject({ state: 'skipped' });
    expect(await rowOf(bob)).toMatchObject({ state: 'imported' });
  });

  it('records a person who signs in before the end of the import', async () => {
    const ada = await person('ada@example.com');
    usher.proxy.answerWith('ListUsers', exception('InternalErrorException', '', 500));
    usher.proxy.answerWith('AdminGetUser', exception('InternalErrorException', '', 500));
    expect(await imported()).toMatchObject({ status: 1 });
    expect(await importOf(ada)).toMatchObject({ state: 'import_sent' });
    expect(await rowOf(ada)).toMatchObject({ sub: null });
    usher.proxy.forwardAll();
    expect((await usher.api.signIn('ada@example.com', legacyPassword)).status).toBe(200);
    const { sub } = (await rowOf(ada)) ?? {};
    expect(await rowOf(ada)).toMatchObject({ state: 'migrated', reason: 'hash_import' });
    expect(await imported()).toMatchObject({ status: 0 });
    expect(await importOf(ada)).toMatchObject({ state: 'imported', sub });
    expect(await rowOf(ada)).toMatchObject({ state: 'migrated', reason: 'hash_import', sub });
  });

  it('finds a job whose creation was not answered, and starts no second one', async () => {
    await person('ada@example.com');
    const lost = usher.proxy.loseAnswer('CreateUserImportJob');
    expect(await imported()).toMatchObject({ status: 1 });
    await lost;
    expect(await imported()).toMatchObject({ status: 0, answer: { states: { imported: 1 } } });
    const { UserImportJobs = [] } = await usher.cognito.listUserImportJobs({
      UserPoolId: usher.userPoolId,
      MaxResults: 60,
    });
    const names = await usher.database.sql<{ name: string }>(
      'SELECT job_name AS name FROM usher.import_files',
    );
    expect(UserImportJobs.filter(({ JobName }) => JobName === names[0]?.name)).toHaveLength(1);
  });

  it('does not send a file with a person who was deleted since it was written', async () => {
    const ada = await person('ada@example.com');
    const bob = await person('bob@example.com');
    usher.proxy.answerWith('CreateUserImportJob', exception('InternalErrorException', '', 500));
    await imported();
    await usher.database.sql('UPDATE users SET usher_erased_at = now() WHERE id = $1', [ada]);
    usher.proxy.forwardAll();
    expect(await imported()).toMatchObject({ status: 0, answer: { states: { imported: 1 } } });
    expect(await importOf(ada)).toBeUndefined();
    expect(await rowOf(bob)).toMatchObject({ state: 'imported' });
  });

  it('writes a file again that was changed', async () => {
    await person('ada@example.com');
    usher.proxy.answerWith('CreateUserImportJob', exception('InternalErrorException', '', 500));
    await imported();
    await appendFile(join(folder(), filesLeft()[0] ?? ''), 'forged\n');
    usher.proxy.forwardAll();
    expect(await imported()).toMatchObject({ status: 0, answer: { states: { imported: 1 } } });
  });

  it('tells a pool that imports no hashes apart, and leaves no file', async () => {
    await person('ada@example.com');
    usher.proxy.answerWith('CreateUserImportJob', exception('OperationNotEnabledException', 'Not enabled.'));
    const { status, err } = await imported();
    expect({ status, err }).toEqual({
      status: 1,
      err: expect.stringMatching(
        /^This pool does not import password hashes: Not enabled\. .*Let people migrate by signing in/,
      ),
    });
    expect(filesLeft()).toEqual([]);
    expect(await usher.database.sql('SELECT 1 FROM usher.imports')).toEqual([]);
    usher.proxy.answerWith('CreateUserImportJob', exception('LimitExceededException', 'Too many jobs.'));
    expect(await imported()).toMatchObject({
      status: 1,
      err: 'Cognito refused the import job: Too many jobs.\n',
    });
  });

  it('stops files that were not sent', async () => {
    await person('ada@example.com');
    usher.proxy.answerWith('CreateUserImportJob', exception('InternalErrorException', '', 500));
    await imported();
    usher.proxy.forwardAll();
    expect((await importUsers(['stop'])).out).toBe(
      'Stopped 1 file. The next run continues with the others.\n',
    );
    const { out } = await importUsers(['status', '--json']);
    expect(JSON.parse(out)).toMatchObject({ running: false, files: [{ state: 'sending', rows: 1 }] });
    expect(await imported()).toMatchObject({ status: 0, answer: { states: { imported: 1 } } });
    expect((await importUsers(['stop'])).out).toBe('Nothing to stop.\n');
  });

  it('sends the people whom a stopped or a failed job did not reach in another one', async () => {
    const many = 3000;
    await usher.database.sql(
      `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
       SELECT 'p' || n || '@example.com', $1, now(), now(), now() FROM generate_series(1, ${many}) AS n`,
      [hashes.BCRYPT],
    );
    usher.proxy.answerWith('ListUsers', exception('InternalErrorException', '', 500));
    const run = imported();
    const UserPoolId = usher.userPoolId;
    await until(async () => {
      const [file] = await usher.database.sql<{ id: string }>(
        `SELECT job_id AS id FROM usher.import_files WHERE state = 'started'`,
      );
      if (file === undefined) return false;
      const stopped = await usher.cognito
        .stopUserImportJob({ UserPoolId, JobId: file.id })
        .catch(() => undefined);
      return stopped !== undefined;
    });
    // Linking comes after the end of the job.
    await until(
      async () =>
        (await usher.database.sql(`SELECT 1 FROM usher.import_files WHERE state = 'done'`)).length > 0,
    );
    usher.proxy.forwardAll();
    expect(await run).toMatchObject({ status: 3, err: expect.stringContaining('The import was stopped.') });
    const [{ reached } = { reached: 0 }] = await usher.database.sql<{ reached: number }>(
      'SELECT count(*)::int AS reached FROM usher.imports',
    );
    expect(reached).toBeLessThan(many);
    expect(await imported()).toMatchObject({ status: 0, answer: { states: { imported: many } } });

    // All are in the pool, and nobody knows: more than half of 100 lines are skipped.
    await usher.database.sql('TRUNCATE usher.imports, usher.import_files');
    await usher.database.sql(
      'DELETE FROM users WHERE id NOT IN (SELECT id FROM users ORDER BY id LIMIT 150)',
    );
    await usher.database.sql('UPDATE users SET cognito_sub = NULL, usher_migration_state = NULL');
    const failed = await imported();
    expect(failed).toMatchObject({
      ...{ status: 1, err: expect.stringContaining('The job ended with Failed: Too many users') },
      answer: { states: { skipped: 100 } },
    });
    expect(await imported()).toMatchObject({ status: 0, answer: { states: { skipped: 150 } } });
  }, 120_000);

  it.each<[string, string[], Record<string, string>, string]>([
    [
      'an unknown attribute',
      [],
      { USER_ATTRIBUTES: 'custom:nothing=first_name' },
      'has no column custom:nothing',
    ],
    [
      'no attribute for the id',
      [],
      { LEGACY_ID_ATTRIBUTE: 'custom:id' },
      'The pool has no attribute custom:id.',
    ],
    [
      'a reserved attribute',
      [],
      { USER_ATTRIBUTES: 'email_verified=x' },
      'USER_ATTRIBUTES names email_verified',
    ],
    ['a read-only source', [], { LEGACY_SOURCE: 'django' }, 'has adopted the table "users"'],
    ['no role in AWS', [], { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: '' }, '--role-arn'],
    ['an odd limit', ['--limit', '0'], {}, 'It must be a number from 1.'],
    ['an unknown algorithm', ['--algorithm', 'MD5'], {}, 'Allowed choices'],
  ])('%s is wrong usage', async (_what, argv, changes, text) => {
    await person('ada@example.com');
    const { status, err } = await importUsers(argv, changes);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(text) });
  });
});
