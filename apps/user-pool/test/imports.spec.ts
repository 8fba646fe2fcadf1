import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUserPool } from '../src/server.js';
import {
  createJob,
  csvOf,
  describeJob,
  ended,
  importRows,
  logOf,
  rowOf,
  start,
  upload,
  type ImportRow,
} from './import-tools.js';
import {
  logsFor,
  openTestClient,
  openTestLambda,
  openTestPool,
  password,
  refusal,
  sdkFor,
  startTestPool,
  stoppedClock,
  TestPool,
} from './support.js';

const flows = { ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH'] } as const;
const lambda = openTestLambda('migrate-user');
const pool = openTestPool(
  { LambdaConfig: { UserMigration: 'migrate-user' } },
  { ExplicitAuthFlows: [...flows.ExplicitAuthFlows] },
  () => ({ clock: stoppedClock(), lambdaEndpoint: lambda.url }),
);
const legacy = openTestClient(pool, { PreventUserExistenceErrors: 'LEGACY' });
const withLogs = () => Object.assign(pool.at(pool.clientId), { logs: logsFor(pool.server.url) });

const generic = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };

const hour = 3600 * 1000;
let number = 0;
/** An address that no other test has. */
const fresh = () => `user${(number += 1)}@example.com`;
const rows = (count: number, more: ImportRow = {}) =>
  Array.from({ length: count }, () => rowOf(fresh(), more));

const header = async (where: TestPool = pool) =>
  (await where.sdk.getCSVHeader({ UserPoolId: where.poolId })).CSVHeader ?? [];
const userOf = (Username: string, where: TestPool = pool) =>
  where.sdk.adminGetUser({ UserPoolId: where.poolId, Username });

/** Runs a job with this content of its file. */
async function runFile(content: string | Buffer, where: TestPool = pool) {
  const job = await createJob(where);
  const { status } = await fetch(job.PreSignedUrl, {
    method: 'PUT',
    headers: { 'x-amz-server-side-encryption': 'aws:kms' },
    body: Buffer.from(content),
  });
  expect(status).toBe(200);
  await start(where, job.JobId);
  return ended(where, job.JobId);
}

/** Signs in with the SRP implementation of another client. @returns the name of the error, or 'signed in' */
const signInWithSrp = (Username: string, Password: string) =>
  new Promise<string>((resolve) => {
    const at = { UserPoolId: pool.poolId, ClientId: pool.clientId, endpoint: pool.server.url };
    new CognitoUser({ Username, Pool: new CognitoUserPool(at) }).authenticateUser(
      new AuthenticationDetails({ Username, Password }),
      { onSuccess: () => resolve('signed in'), onFailure: (error: Error) => resolve(error.name) },
    );
  });

interface Vector {
  id: string;
  hash: string;
  password: string;
  wrong_password: string;
}
/** Hashes that the frameworks themselves made. */
const vectors = (
  JSON.parse(
    await readFile(join(import.meta.dirname, '../../../test/fixtures/password-hashes.json'), 'utf8'),
  ) as { entries: Vector[] }
).entries;
const vector = (id: string): Vector => vectors.find((entry) => entry.id === id) as Vector;
const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

/** In Cognito's encodings. A comma is escaped. */
const imported = {
  BCRYPT: ['bcrypt_2a-03', 'bcrypt_2y-01', 'devise_bcrypt-07'].map(vector),
  ARGON2ID: vectors
    .filter(
      ({ hash, ...entry }) => hash.startsWith('$argon2id$v=19$m=1024,t=2,p=1$') && entry.password !== '',
    )
    .map((entry) => ({ ...entry, hash: entry.hash.replaceAll(',', '\\,') })),
  PBKDF2_SHA256: ['pbkdf2_sha256-01', 'pbkdf2_sha256-03']
    .map(vector)
    .map((entry) => ({ ...entry, hash: entry.hash.replaceAll('.', '+') })),
  SCRYPT: ['scrypt_passlib-01', 'scrypt_passlib-03'].map(vector).map((entry) => {
    const [, , cost = '', salt = '', digest = ''] = entry.hash.split('$');
    const [ln, r, p] = [...cost.matchAll(/\d+/g)].map(Number);
    const hex = (text: string) => Buffer.from(text, 'base64').toString('hex');
    return { ...entry, hash: [2 ** (ln ?? 0), r, p, hex(salt), hex(digest)].join('$') };
  }),
} as const;
type Algorithm = keyof typeof imported;
const algorithms = Object.keys(imported) as Algorithm[];

async function importHash(algorithm: Algorithm = 'BCRYPT') {
  const [entry] = imported[algorithm] as readonly Vector[];
  const email = fresh();
  await importRows(pool, [rowOf(email, { password_hash: entry?.hash ?? '' })], algorithm);
  return { email, password: entry?.password ?? '', wrong: entry?.wrong_password ?? '' };
}

describe('an imported password hash', () => {
  it.each(algorithms)(
    '%s is verified at the first sign-in and replaced by the native password',
    async (algorithm) => {
      const entries = imported[algorithm] as readonly Vector[];
      expect(entries.length).toBeGreaterThan(0);
      const people = entries.map((entry) => ({ ...entry, email: fresh() }));
      const job = await importRows(
        pool,
        people.map(({ email, hash }) => rowOf(email, { password_hash: hash })),
        algorithm,
      );
      expect(job).toMatchObject({ Status: 'Succeeded', ImportedUsers: people.length, FailedUsers: 0 });
      const [first] = people;
      expect(await signInWithSrp(first?.email ?? '', first?.password ?? '')).toBe('NotAuthorizedException');
      for (const person of people) {
        expect(await refusal(pool.signIn(person.email, person.wrong_password))).toEqual(generic);
        expect((await pool.signIn(person.email, person.password)).AuthenticationResult).toBeDefined();
        expect(await refusal(pool.signIn(person.email, person.wrong_password))).toEqual(generic);
        expect((await pool.signIn(person.email, person.password)).AuthenticationResult).toBeDefined();
      }
      expect(await signInWithSrp(first?.email ?? '', first?.password ?? '')).toBe('signed in');
    },
  );

  it('makes a CONFIRMED user with the date of the import, which a sign-in does not change', async () => {
    pool.server.clock.advanceBy(1000);
    const importedAt = new Date(Math.floor(pool.server.clock.now() / 1000) * 1000);
    const { email, ...typed } = await importHash();
    pool.server.clock.advanceBy(hour);
    const dates = async () => {
      const user = await userOf(email);
      expect(user.UserStatus).toBe('CONFIRMED');
      return [user.UserCreateDate, user.UserLastModifiedDate].map((date) => date?.getTime() ?? 0);
    };
    const [created = 0, modified] = await dates();
    expect(Math.floor(created / 1000) * 1000).toBe(importedAt.getTime());
    expect(modified).toBe(created);
    await pool.signIn(email, typed.password);
    expect(await dates()).toEqual([created, created]);
  });

  it('counts wrong passwords for the lock-out', async () => {
    const { email, password: right } = await importHash();
    for (let attempt = 0; attempt < 5; attempt++) await refusal(pool.signIn(email, 'Wrong-horse-1'));
    expect((await refusal(pool.signIn(email, right))).message).toBe('Password attempts exceeded');
  });

  it('is replaced by AdminSetUserPassword and by a reset before the first sign-in', async () => {
    const set = await importHash();
    const at = { UserPoolId: pool.poolId, Username: set.email };
    await pool.sdk.adminSetUserPassword({ ...at, Password: password, Permanent: true });
    expect(await refusal(pool.signIn(set.email, set.password))).toEqual(generic);
    expect((await pool.signIn(set.email)).AuthenticationResult).toBeDefined();

    const reset = await importHash();
    await pool.forgot(reset.email);
    const confirmation = {
      ClientId: pool.clientId,
      Username: reset.email,
      ConfirmationCode: pool.lastCode(),
    };
    await pool.sdk.confirmForgotPassword({ ...confirmation, Password: password });
    expect(await refusal(pool.signIn(reset.email, reset.password))).toEqual(generic);
    expect((await pool.signIn(reset.email)).AuthenticationResult).toBeDefined();
  });

  it('is of no use for a disabled user', async () => {
    const { email, password: right } = await importHash();
    await pool.sdk.adminDisableUser({ UserPoolId: pool.poolId, Username: email });
    expect(await refusal(pool.signIn(email, right))).toEqual(generic);
    expect(await signInWithSrp(email, right)).toBe('NotAuthorizedException');
  });

  it('keeps the migration trigger from running', async () => {
    const { email, wrong } = await importHash();
    const blank = fresh();
    await importRows(pool, [rowOf(blank)], 'BCRYPT');
    lambda.events.length = 0;
    await refusal(pool.signIn(email, wrong));
    expect(await refusal(pool.signIn(blank))).toEqual(generic);
    expect((await refusal(legacy.signIn(blank))).name).toBe('PasswordResetRequiredException');
    expect(lambda.events).toEqual([]);
    await refusal(pool.signIn(fresh()));
    expect(lambda.events).toHaveLength(1);
  });

  it.each<[Algorithm, [hash: string, outcome: 'fits' | 'malformed' | 'out of bounds'][]]>([
    [
      'BCRYPT',
      [
        [`$2a$12$${'a'.repeat(21)}u${'b'.repeat(30)}K`, 'fits'],
        [`$2x$04$${'a'.repeat(21)}u${'b'.repeat(30)}K`, 'fits'],
        [`$2b$13$${'a'.repeat(21)}u${'b'.repeat(30)}K`, 'out of bounds'],
        [`$2$10$${'a'.repeat(21)}u${'b'.repeat(30)}K`, 'malformed'],
        [`$2a$10$${'a'.repeat(21)}u${'b'.repeat(29)}K`, 'malformed'],
        ['{bcrypt}$2a$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6', 'malformed'],
      ],
    ],
    [
      'SCRYPT',
      [
        ['65536$8$1$00ff$aabb', 'fits'],
        ['131072$8$1$00ff$aabb', 'out of bounds'],
        ['16384$9$1$00ff$aabb', 'out of bounds'],
        ['16384$8$2$00ff$aabb', 'out of bounds'],
        ['16383$8$1$00ff$aabb', 'malformed'],
        ['16384$8$1$0ff$aabb', 'malformed'],
        ['$scrypt$ln=14,r=8,p=1$AAAA$BBBB', 'malformed'],
      ],
    ],
    [
      'ARGON2ID',
      [
        [`$argon2id$v=19$m=19456,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`, 'fits'],
        [`$argon2id$v=19$m=19457,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`, 'out of bounds'],
        [`$argon2id$v=19$m=19456,t=3,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`, 'out of bounds'],
        [`$argon2id$v=19$m=19456,t=2,p=2$${'a'.repeat(22)}$${'b'.repeat(43)}`, 'out of bounds'],
        [`$argon2i$v=19$m=19456,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`, 'malformed'],
        [`$argon2id$m=19456,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`, 'malformed'],
      ],
    ],
    [
      'PBKDF2_SHA256',
      [
        [`$pbkdf2-sha256$600000$AAAA$${unpadded(Buffer.alloc(32))}`, 'fits'],
        [`$pbkdf2-sha256$600001$AAAA$${unpadded(Buffer.alloc(32))}`, 'out of bounds'],
        [`$pbkdf2-sha256$29000$AA.A$${unpadded(Buffer.alloc(32))}`, 'malformed'],
        [`$pbkdf2-sha256$29000$AAAA$${Buffer.alloc(32).toString('base64')}`, 'malformed'],
        [`$pbkdf2-sha256$29000$$${unpadded(Buffer.alloc(32))}`, 'malformed'],
        [`$pbkdf2-sha512$29000$AAAA$${unpadded(Buffer.alloc(64))}`, 'malformed'],
      ],
    ],
  ])('of %s must have the format and fit the bounds', async (algorithm, hashes) => {
    const people = hashes.map(([hash]) => rowOf(fresh(), { password_hash: hash.replaceAll(',', '\\,') }));
    const log = await logOf(withLogs(), await importRows(pool, people, algorithm));
    const outcomes = log.map((line) => /(malformed|out of bounds)/.exec(line)?.[0] ?? 'fits');
    expect(outcomes).toEqual(hashes.map(([, outcome]) => outcome));
    expect(log.join('\n')).not.toMatch(/[$@]/);
  });

  it('fails the line in a job without an algorithm', async () => {
    const job = await importRows(pool, [rowOf(fresh(), { password_hash: imported.BCRYPT[0]?.hash ?? '' })]);
    expect(job).toMatchObject({ Status: 'Succeeded', ImportedUsers: 0, FailedUsers: 1 });
  });

  it('is not available for every pool', async () => {
    const other = await pool.addPool();
    pool.server.account.replace({ poolsWithoutHashImport: [other.poolId] });
    expect(await refusal(createJob(other, 'BCRYPT'))).toEqual({
      name: 'OperationNotEnabledException',
      message: 'PasswordHashingAlgorithm is not available for this user pool.',
    });
    expect(await header(other)).not.toContain('password_hash');
    expect(await header()).toContain('password_hash');
    expect(await importRows(other, [rowOf(fresh())])).toMatchObject({ ImportedUsers: 1 });
    pool.server.account.replace({});
    expect(await createJob(other, 'BCRYPT')).toMatchObject({ PasswordHashingAlgorithm: 'BCRYPT' });
  });
});

describe('the CSV file', () => {
  it('has no quotation marks, escaped commas, trimmed values and any line ends', async () => {
    const [quoted, crlf, last] = [fresh(), fresh(), fresh()];
    const columns = await header();
    const lines = csvOf(columns, [
      rowOf(quoted, {
        name: '"Jane"',
        family_name: ' \t Doe ',
        nickname: 'a\\,b\\c',
        birthdate: '02/01/1985',
      }),
      rowOf(crlf, { name: 'Bob', email_verified: ' TRUE ' }),
      {},
      rowOf(last),
    ]).split('\n');
    lines[2] += '\r';
    lines[3] = '';
    const job = await runFile(lines.join('\n').trimEnd());
    expect(job).toMatchObject({ Status: 'Succeeded', ImportedUsers: 3, FailedUsers: 0 });
    expect((await logOf(withLogs(), job)).map((line) => /\d+/.exec(line)?.[0])).toEqual(['2', '3', '5']);
    const { UserAttributes } = await userOf(quoted);
    const values = Object.fromEntries((UserAttributes ?? []).map(({ Name = '', Value }) => [Name, Value]));
    expect(values).toMatchObject({
      name: '"Jane"',
      family_name: 'Doe',
      nickname: 'a,b\\c',
      birthdate: '1985-02-01',
    });
    await userOf(last);
  });

  it.each<[string, (columns: string[]) => string | Buffer, RegExp]>([
    ['is empty', () => '', /is empty/],
    ['has a byte order mark', (columns) => `\ufeff${csvOf(columns, [rowOf(fresh())])}`, /byte order mark/],
    [
      'is not in UTF-8',
      (columns) => Buffer.from(csvOf(columns, [rowOf(fresh(), { name: 'José' })]), 'latin1'),
      /UTF-8/,
    ],
    [
      'has no column nickname',
      (columns) =>
        csvOf(
          columns.filter((one) => one !== 'nickname'),
          [],
        ),
      /nickname/,
    ],
    ['has an unknown column', (columns) => csvOf([...columns, 'shoe'], []), /Column 24 /],
    ['has a column twice', (columns) => csvOf([...columns, 'email'], []), /Column 24 /],
    [
      'has a row of 16,001 characters',
      (columns) => `${csvOf(columns, [rowOf(fresh())])}${'é'.repeat(16_001)}\n`,
      /16,000 characters/,
    ],
    [
      'has a row without an end',
      (columns) => `${csvOf(columns, [])}${'x'.repeat(1_000_000)}`,
      /16,000 characters/,
    ],
    ['has 500,001 rows', (columns) => csvOf(columns, []) + 'x\n'.repeat(500_001), /500,000 rows/],
  ])('that %s fails the job, and no user is imported', async (_what, content, message) => {
    const job = await runFile(content(await header()));
    expect(job).toMatchObject({ Status: 'Failed', ImportedUsers: 0, FailedUsers: 0 });
    expect(job.CompletionMessage).toMatch(message);
    expect(job.CompletionMessage?.length).toBeLessThanOrEqual(128);
  });

  it('fails single lines that do not fit the pool, and goes on', async () => {
    const long = 'é'.repeat(15_000);
    const odd: [ImportRow | string, RegExp][] = [
      ['too,few,values', /as many values as the header/],
      [rowOf(fresh(), { 'cognito:username': '' }), /cognito:username is empty/],
      [rowOf('jane doe'), /cognito:username is not valid/],
      [rowOf('jane'), /Username should be an email/],
      [rowOf(fresh(), { email: fresh() }), /cognito:username and email differ/],
      [rowOf(fresh(), { email_verified: 'yes' }), /email_verified.*boolean/],
      [rowOf(fresh(), { email_verified: '' }), /does not set any of the auto verified attributes/],
      [rowOf(fresh(), { phone_number_verified: 'true' }), /phone_number is empty/],
      [rowOf(fresh(), { phone_number: '12345' }), /Invalid phone number format/],
      [rowOf(fresh(), { birthdate: '1985-02-01' }), /mm\/dd\/yyyy/],
      [rowOf(fresh(), { updated_at: 'yesterday' }), /updated_at.*range/],
      [rowOf(fresh(), { 'cognito:mfa_enabled': 'true' }), /MFA requirements/],
      [rowOf(fresh(), { name: long }), /name.*2048 characters/],
    ];
    const columns = await header();
    const lines = odd.map(([row]) => (typeof row === 'string' ? row : csvOf(columns, [row]).split('\n')[1]));
    const job = await runFile(
      [columns.join(','), ...lines, ...csvOf(columns, rows(1)).split('\n').slice(1)].join('\n'),
    );
    expect(job).toMatchObject({
      Status: 'Succeeded',
      ImportedUsers: 1,
      SkippedUsers: 0,
      FailedUsers: odd.length,
    });
    const log = await logOf(withLogs(), job);
    odd.forEach(([, text], index) => {
      expect(log[index]).toMatch(/^\[FAILED\] Line Number /);
      expect(log[index]).toMatch(text);
    });
  });

  it('has plain usernames in a pool whose aliases are addresses, and requires what the pool requires', async () => {
    const aliases = await pool.addPool({
      UsernameAttributes: undefined,
      AliasAttributes: ['email'],
      Schema: [{ Name: 'name', AttributeDataType: 'String', Required: true, Mutable: true }],
    });
    const row = (username: string, more: ImportRow = {}) =>
      rowOf(`${username}@example.com`, { 'cognito:username': username, name: 'Jane', ...more });
    const job = await importRows(aliases, [
      row('jane'),
      row('JANE', { email: 'jane2@example.com' }),
      row('joan', { email: 'jane@example.com' }),
      row('john', { name: '' }),
      row('john', { 'cognito:username': 'john@example.com' }),
    ]);
    const log = await logOf(Object.assign(aliases, { logs: logsFor(pool.server.url) }), job);
    expect(log.map((line) => line.replace(/^\[(\w+)\].*? - /, '$1: '))).toEqual([
      'SUCCEEDED: The import succeeded.',
      'SKIPPED: The user already exists.',
      'FAILED: An account with the email already exists.',
      'FAILED: Attributes did not conform to the schema: name: The attribute is required',
      'FAILED: Username cannot be of email format, since user pool is configured for email alias.',
    ]);
    expect(await userOf('jane', aliases)).toMatchObject({ Username: 'jane', UserStatus: 'RESET_REQUIRED' });
  });
});

describe('an upload', () => {
  it('is possible for 15 minutes, before the start, with the length of the file', async () => {
    const job = await createJob(pool);
    const csv = csvOf(await header(), rows(1));
    const parts = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(csv));
        controller.close();
      },
    });
    const headers = { 'x-amz-server-side-encryption': 'aws:kms' };
    // Undici wants `duplex`, which the DOM's type does not have.
    const init = { method: 'PUT', headers, body: parts, duplex: 'half' };
    const streamed = await fetch(job.PreSignedUrl, init);
    expect([streamed.status, await streamed.text()]).toEqual([
      411,
      expect.stringContaining('MissingContentLength'),
    ]);
    expect((await fetch(job.PreSignedUrl, { method: 'PUT', body: csv })).status).toBe(403);
    expect((await upload(job.PreSignedUrl, 'replaced by the next upload')).status).toBe(200);
    pool.server.clock.advanceBy(15 * 60_000);
    expect((await upload(job.PreSignedUrl, csv)).status).toBe(200);
    pool.server.clock.advanceBy(1);
    const late = await upload(job.PreSignedUrl, csv);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
    await start(pool, job.JobId);
    expect(await ended(pool, job.JobId)).toMatchObject({ Status: 'Succeeded', ImportedUsers: 1 });
    expect((await upload(job.PreSignedUrl, csv)).status).toBe(403);
  });

  it('of more than 100 MB is refused before it is sent', async () => {
    const { PreSignedUrl } = await createJob(pool);
    const headers = { 'x-amz-server-side-encryption': 'aws:kms', 'content-length': 100_000_001 };
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest(PreSignedUrl, { method: 'PUT', headers }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on('error', reject).flushHeaders();
    });
    expect(status).toBe(400);
  });
});

describe('the life of a job', () => {
  it('begins with checks of its members', async () => {
    const create = (changes: object) =>
      pool.sdk.createUserImportJob({
        UserPoolId: pool.poolId,
        JobName: 'job',
        CloudWatchLogsRoleArn: 'arn:aws:iam::000000000000:role/import-logs',
        ...changes,
      });
    for (const changes of [
      { JobName: '' },
      { JobName: 'a/b' },
      { JobName: 'x'.repeat(129) },
      { CloudWatchLogsRoleArn: 'arn:aws:iam::1:role' },
      { PasswordHashingAlgorithm: 'MD5' },
    ])
      expect((await refusal(create(changes))).name).toBe('InvalidParameterException');
    expect((await refusal(create({ UserPoolId: 'eu-west-1_nobody' }))).name).toBe(
      'ResourceNotFoundException',
    );
  });

  it('ends with Expired if it is not started within a day', async () => {
    const job = await createJob(pool);
    await upload(job.PreSignedUrl, 'x');
    pool.server.clock.advanceBy(24 * hour - 1);
    expect((await describeJob(pool, job.JobId)).Status).toBe('Created');
    pool.server.clock.advanceBy(1);
    const { UserImportJobs } = await pool.sdk.listUserImportJobs({ UserPoolId: pool.poolId, MaxResults: 60 });
    expect(UserImportJobs?.find(({ JobId }) => JobId === job.JobId)?.Status).toBe('Expired');
    expect((await refusal(start(pool, job.JobId))).name).toBe('PreconditionNotMetException');
  });

  it('needs a file and an auto-verified attribute to start', async () => {
    const job = await createJob(pool);
    expect((await refusal(start(pool, job.JobId))).name).toBe('PreconditionNotMetException');
    const stop = pool.sdk.stopUserImportJob({ UserPoolId: pool.poolId, JobId: job.JobId });
    expect((await refusal(stop)).name).toBe('PreconditionNotMetException');
    const other = await pool.addPool({ AutoVerifiedAttributes: undefined });
    const without = await createJob(other);
    await upload(without.PreSignedUrl, 'x');
    expect(await refusal(start(other, without.JobId))).toEqual({
      name: 'PreconditionNotMetException',
      message: 'The user pool has no auto-verified attribute.',
    });
  });

  it('goes through Pending, InProgress and Stopping to Stopped, while the pool answers and cannot be changed', async () => {
    const other = await pool.addPool();
    const [job, second] = [await createJob(other), await createJob(pool)];
    await upload(job.PreSignedUrl, csvOf(await header(other), rows(20_000)));
    await upload(second.PreSignedUrl, csvOf(await header(), rows(1)));
    const at = { UserPoolId: other.poolId };
    const started = (await start(other, job.JobId)).UserImportJob;
    expect(started).toMatchObject({ Status: 'Pending', ImportedUsers: 0 });
    expect(started?.StartDate).toBeDefined();
    for (const call of [
      other.sdk.updateUserPool({ ...at }),
      other.sdk.deleteUserPool(at),
      other.sdk.addCustomAttributes({
        ...at,
        CustomAttributes: [{ Name: 'shoe', AttributeDataType: 'String' }],
      }),
    ])
      expect((await refusal(call)).name).toBe('UserImportInProgressException');
    expect((await refusal(start(pool, second.JobId))).message).toMatch(/Another import job/);
    await other.createUser('meanwhile@example.com');
    let running = await describeJob(other, job.JobId);
    while (!running.ImportedUsers) running = await describeJob(other, job.JobId);
    expect(running.Status).toBe('InProgress');
    const stopping = (await other.sdk.stopUserImportJob({ ...at, JobId: job.JobId })).UserImportJob;
    expect(stopping?.Status).toBe('Stopping');
    const stopped = await ended(other, job.JobId);
    expect(stopped).toMatchObject({
      Status: 'Stopped',
      CompletionMessage: 'The Import Job was stopped by the developer.',
    });
    expect(stopped.CompletionDate).toBeDefined();
    const users = stopped.ImportedUsers ?? 0;
    expect(users).toBeGreaterThan(0);
    expect(users).toBeLessThan(20_000);
    expect(await logOf(Object.assign(other, { logs: logsFor(pool.server.url) }), stopped)).toHaveLength(
      users,
    );
    expect((await other.sdk.describeUserPool(at)).UserPool?.EstimatedNumberOfUsers).toBe(users + 1);
    expect((await refusal(start(other, job.JobId))).name).toBe('PreconditionNotMetException');
    await start(pool, second.JobId);
    expect((await ended(pool, second.JobId)).Status).toBe('Succeeded');
    await other.sdk.deleteUserPool(at);
  });

  it('ends with Stopped if it is stopped while the file is still being checked', async () => {
    const job = await createJob(pool);
    await upload(job.PreSignedUrl, csvOf(await header(), []) + 'x\n'.repeat(400_000));
    await start(pool, job.JobId);
    const stop = { UserPoolId: pool.poolId, JobId: job.JobId };
    expect((await pool.sdk.stopUserImportJob(stop)).UserImportJob?.Status).toBe('Stopping');
    expect(await ended(pool, job.JobId)).toMatchObject({ Status: 'Stopped', FailedUsers: 0 });
    expect((await refusal(pool.sdk.stopUserImportJob(stop))).name).toBe('PreconditionNotMetException');
  });

  it('ends with Failed as soon as more than half of 100 users or more have failed or been skipped', async () => {
    const bad = (count: number) => rows(count, { email_verified: 'false' });
    const [known] = rows(1);
    await importRows(pool, [known ?? {}]);
    const few = await importRows(pool, [...bad(98), known ?? {}]);
    expect(few).toMatchObject({ Status: 'Succeeded', FailedUsers: 98, SkippedUsers: 1 });
    const half = await importRows(pool, [...bad(49), known ?? {}, ...rows(51)]);
    expect(half).toMatchObject({ Status: 'Succeeded', ImportedUsers: 51, FailedUsers: 49, SkippedUsers: 1 });
    const many = await importRows(pool, [...rows(49), ...bad(50), known ?? {}, ...rows(200)]);
    expect(many).toMatchObject({
      Status: 'Failed',
      CompletionMessage: 'Too many users have failed or been skipped during the import.',
      ImportedUsers: 49,
      FailedUsers: 50,
      SkippedUsers: 1,
    });
    expect(await logOf(withLogs(), many)).toHaveLength(100);
  });

  it('is limited to 1,000 jobs of a pool that have not ended', async () => {
    const other = await pool.addPool();
    for (let jobs = 0; jobs < 1000; jobs += 50)
      await Promise.all(Array.from({ length: 50 }, () => createJob(other)));
    expect((await refusal(createJob(other))).name).toBe('LimitExceededException');
    pool.server.clock.advanceBy(24 * hour);
    await createJob(other);
  });
});

describe('the log of a job', () => {
  it('is read in pages in both directions, by default the newest page', async () => {
    const job = await importRows(pool, rows(7));
    const logs = logsFor(pool.server.url);
    const read = async (options: object) => {
      const page = await logs.getLogEvents({
        logGroupName: `/aws/cognito/userpools/${pool.poolId}/people`,
        logStreamName: `${job.JobId}/${job.JobName}`,
        ...options,
      });
      const lines = (page.events ?? []).map(({ message = '' }) => Number(/Number (\d+)/.exec(message)?.[1]));
      return { ...page, lines };
    };
    const head = await read({ startFromHead: true, limit: 3 });
    expect(head.lines).toEqual([2, 3, 4]);
    expect(head.events?.[0]).toMatchObject({
      timestamp: job.StartDate?.getTime(),
      ingestionTime: job.StartDate?.getTime(),
    });
    const next = await read({ nextToken: head.nextForwardToken, limit: 3 });
    expect(next.lines).toEqual([5, 6, 7]);
    const end = await read({ nextToken: next.nextForwardToken, limit: 3 });
    expect(end.lines).toEqual([8]);
    const beyond = await read({ nextToken: end.nextForwardToken, limit: 3 });
    expect(beyond).toMatchObject({ lines: [], nextForwardToken: end.nextForwardToken });
    const tail = await read({ limit: 2 });
    expect(tail.lines).toEqual([7, 8]);
    expect((await read({ nextToken: tail.nextBackwardToken, limit: 4 })).lines).toEqual([3, 4, 5, 6]);
    expect((await read({ startTime: (job.StartDate?.getTime() ?? 0) + 1 })).lines).toEqual([]);
    expect((await read({})).lines).toHaveLength(7);
    expect((await refusal(read({ nextToken: 'f/1/s' }))).name).toBe('InvalidParameterException');
    expect((await refusal(read({ limit: 10_001 }))).name).toBe('InvalidParameterException');
    expect((await refusal(read({ logStreamName: `${job.JobId}/other` }))).name).toBe(
      'ResourceNotFoundException',
    );
    expect((await refusal(read({ logGroupName: 'other' }))).name).toBe('ResourceNotFoundException');
  });

  it('has pages of at most 10,000 events and 1 MiB', async () => {
    const people = rows(10_500);
    const job = await importRows(pool, people);
    const page = await logsFor(pool.server.url).getLogEvents({
      logGroupName: `/aws/cognito/userpools/${pool.poolId}/people`,
      logStreamName: `${job.JobId}/${job.JobName}`,
      startFromHead: true,
    });
    expect(page.events).toHaveLength(10_000);
    const log = await logOf(withLogs(), job);
    expect(log.map((line) => Number(/\d+/.exec(line)?.[0]))).toEqual(people.map((_row, index) => index + 2));
  });
});

describe('a job on disk', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'user-pool-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('continues after a restart with the user after the last one, and leaves no file', async () => {
    const first = await startTestPool({}, {}, { dataDir });
    const people = rows(5_000);
    const job = await createJob(first);
    await upload(job.PreSignedUrl, csvOf(await header(first), people));
    await start(first, job.JobId);
    while (!(await describeJob(first, job.JobId)).ImportedUsers);
    await first.server.close();
    const csv = join(dataDir, 'imports', `${job.JobId}.csv`);
    const log = join(dataDir, 'imports', `${job.JobId}.log`);
    const half = (await readFile(log, 'utf8')).split('\n').length - 1;
    expect(half).toBeLessThan(5_000);
    expect(await readFile(csv, 'utf8')).toContain(people[4_999]?.['email'] ?? '');
    await appendFile(log, '1 [SUCCEEDED] Line Number 99 - written but never stor');

    const server = await startUserPool({ dataDir, publicUrl: first.server.url });
    const again = new TestPool(server, sdkFor(server.localUrl), first.poolId, first.clientId);
    const done = await ended(again, job.JobId);
    expect(done).toMatchObject({
      Status: 'Succeeded',
      ImportedUsers: 5_000,
      SkippedUsers: 0,
      FailedUsers: 0,
    });
    const lines = await logOf(Object.assign(again, { logs: logsFor(server.localUrl) }), done);
    expect(lines.map((line) => Number(/\d+/.exec(line)?.[0]))).toEqual(
      people.map((_row, index) => index + 2),
    );
    expect(await readdir(join(dataDir, 'imports'))).toEqual([`${job.JobId}.log`]);
    await again.sdk.deleteUserPool({ UserPoolId: again.poolId });
    expect(await readdir(join(dataDir, 'imports'))).toEqual([]);
    await server.close();
  });
});
