import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createJob,
  csvOf,
  describeJob,
  importRows,
  logOf,
  rowOf,
  runJob,
  start,
  upload,
} from '../import-tools.js';
import { refusal } from '../support.js';
import { useTarget } from './target.js';

const target = useTarget(process.env);

// A job at Cognito takes about a minute, needs a role for its log, and only some pools import hashes.
const isReal = Boolean(process.env['COGNITO_CONTRACT_REGION']);
const describeImports = isReal && !process.env['COGNITO_CONTRACT_LOGS_ROLE_ARN'] ? describe.skip : describe;
const itWithHashes = isReal && !process.env['COGNITO_CONTRACT_HASHES'] ? it.skip : it;
const patience = isReal ? 600_000 : 30_000;

/** The examples of the developer guide, Importing users with password hashes, and hashes of `password`. */
const guideHashes = {
  BCRYPT: '$2b$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6',
  SCRYPT:
    '65536$8$1$304dbaef7c5e828dc19c98f0600d18fe$4f69c498c12cd102d057356facf8d77e8d42407090491ea32c5b038f5a18c099',
  ARGON2ID:
    '$argon2id$v=19$m=19456\\,t=2\\,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA',
  PBKDF2_SHA256: '$pbkdf2-sha256$600000$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA',
} as const;

// Developer guide: Importing users from a CSV file.
describeImports('user import jobs', () => {
  let header: string[];
  beforeAll(async () => {
    header = (await target.sdk.getCSVHeader({ UserPoolId: target.poolId })).CSVHeader ?? [];
  });

  it('the header has the attributes of the pool and the columns of the import', () => {
    const needed = ['cognito:username', 'cognito:mfa_enabled', 'email', 'email_verified', 'updated_at'];
    expect(header).toEqual(expect.arrayContaining([...needed, 'custom:rails_app_id']));
    expect(header).not.toContain('sub');
  });

  it('a job is created with a URL that takes the file for 15 minutes', async () => {
    const job = await createJob(target);
    expect(job).toMatchObject({
      JobId: expect.stringMatching(/^import-[0-9a-zA-Z-]+$/) as unknown,
      JobName: 'people of the old shop',
      UserPoolId: target.poolId,
      Status: 'Created',
      ImportedUsers: 0,
      SkippedUsers: 0,
      FailedUsers: 0,
    });
    expect(job.StartDate).toBeUndefined();
    const url = new URL(job.PreSignedUrl);
    expect(Number(url.searchParams.get('X-Amz-Expires'))).toBeGreaterThan(890);
    expect((await upload(job.PreSignedUrl, 'x', { 'x-amz-server-side-encryption': 'AES256' })).status).toBe(
      403,
    );
    url.searchParams.set('X-Amz-Signature', '0'.repeat(64));
    expect((await upload(url.href, 'x')).status).toBe(403);
    expect((await upload(job.PreSignedUrl, 'x')).status).toBe(200);
  });

  it(
    'imports users without hashes, skips existing ones and fails lines that cannot be imported',
    async () => {
      await target.createUser('here@example.com');
      const job = await importRows(target, [
        rowOf('new@example.com', { name: '  Doe\\, Jane ', 'custom:rails_app_id': '7' }),
        rowOf('here@example.com'),
        rowOf('unverified@example.com', { email_verified: 'false' }),
        rowOf('last@example.com', { email_verified: 'TRUE' }),
      ]);
      expect(job).toMatchObject({ Status: 'Succeeded', ImportedUsers: 2, SkippedUsers: 1, FailedUsers: 1 });
      expect(job.CompletionDate?.getTime()).toBeGreaterThanOrEqual(job.StartDate?.getTime() ?? Infinity);
      const user = await target.sdk.adminGetUser({ UserPoolId: target.poolId, Username: 'new@example.com' });
      expect(user).toMatchObject({ UserStatus: 'RESET_REQUIRED', Enabled: true });
      expect(user.UserAttributes).toEqual(
        expect.arrayContaining([
          { Name: 'name', Value: 'Doe, Jane' },
          { Name: 'email', Value: 'new@example.com' },
          { Name: 'email_verified', Value: 'true' },
          { Name: 'custom:rails_app_id', Value: '7' },
        ]),
      );
      const log = await logOf(target, job);
      const line = /^\[(\w+)\] Line Number (\d+) - (.*)$/;
      expect(log.map((message) => line.exec(message)?.[1])).toEqual([
        'SUCCEEDED',
        'SKIPPED',
        'FAILED',
        'SUCCEEDED',
      ]);
      const numbers = log.map((message) => Number(line.exec(message)?.[2]));
      expect(numbers.map((number) => number - (numbers[0] ?? 0))).toEqual([0, 1, 2, 3]);
      expect(log.join('\n')).not.toContain('@');
      expect(line.exec(log[1] ?? '')?.[3]).toBe('The user already exists.');
    },
    patience,
  );

  itWithHashes(
    'imports password hashes of each algorithm as CONFIRMED users, except malformed ones and those out of bounds',
    async () => {
      for (const [algorithm, hash] of Object.entries(guideHashes)) {
        const other = algorithm === 'SCRYPT' ? guideHashes.BCRYPT : guideHashes.SCRYPT;
        const name = algorithm.toLowerCase();
        const job = await importRows(
          target,
          [
            rowOf(`${name}@example.com`, { password_hash: hash }),
            rowOf(`${name}-odd@example.com`, { password_hash: other }),
            rowOf(`${name}-blank@example.com`),
          ],
          algorithm as keyof typeof guideHashes,
        );
        expect(job).toMatchObject({
          PasswordHashingAlgorithm: algorithm,
          Status: 'Succeeded',
          ImportedUsers: 2,
          FailedUsers: 1,
        });
        const status = async (Username: string) =>
          (await target.sdk.adminGetUser({ UserPoolId: target.poolId, Username })).UserStatus;
        expect(await status(`${name}@example.com`)).toBe('CONFIRMED');
        expect(await status(`${name}-blank@example.com`)).toBe('RESET_REQUIRED');
        expect((await refusal(status(`${name}-odd@example.com`))).name).toBe('UserNotFoundException');
      }
    },
    4 * patience,
  );

  itWithHashes(
    'fails a job with an algorithm if the file has no column password_hash',
    async () => {
      const job = await createJob(target, 'BCRYPT');
      const columns = header.filter((column) => column !== 'password_hash');
      const csv = csvOf(columns, [rowOf('nohash@example.com')]);
      const ended = await runJob(target, job.JobId, job.PreSignedUrl, csv);
      expect(ended).toMatchObject({ Status: 'Failed', ImportedUsers: 0 });
    },
    patience,
  );

  it(
    'fails a job if a column of the header is missing',
    async () => {
      const job = await createJob(target);
      const columns = header.filter((column) => column !== 'nickname' && column !== 'password_hash');
      const ended = await runJob(
        target,
        job.JobId,
        job.PreSignedUrl,
        csvOf(columns, [rowOf('few@example.com')]),
      );
      expect(ended).toMatchObject({ Status: 'Failed', ImportedUsers: 0 });
    },
    patience,
  );

  it(
    'an ended job can be neither started nor stopped',
    async () => {
      const job = await importRows(target, [rowOf('once@example.com')]);
      const again = await refusal(start(target, job.JobId ?? ''));
      expect(again.name).toBe('PreconditionNotMetException');
      const stop = target.sdk.stopUserImportJob({ UserPoolId: target.poolId, JobId: job.JobId });
      expect((await refusal(stop)).name).toBe('PreconditionNotMetException');
      expect((await describeJob(target, job.JobId ?? '')).Status).toBe('Succeeded');
    },
    patience,
  );

  it('lists jobs, newest first, in pages', async () => {
    const ids = [(await createJob(target)).JobId, (await createJob(target)).JobId];
    const list = (PaginationToken?: string) =>
      target.sdk.listUserImportJobs({ UserPoolId: target.poolId, MaxResults: 1, PaginationToken });
    const first = await list();
    const second = await list(first.PaginationToken);
    const found = [first, second].map(({ UserImportJobs }) => UserImportJobs?.map(({ JobId }) => JobId));
    expect(found).toEqual([[ids[1]], [ids[0]]]);
  });

  it('an unknown job is not found', async () => {
    const JobId = 'import-0000000000';
    expect((await refusal(describeJob(target, JobId))).name).toBe('ResourceNotFoundException');
    expect((await refusal(start(target, JobId))).name).toBe('ResourceNotFoundException');
  });
});
