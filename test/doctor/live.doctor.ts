import { expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { run } from '../../src/cli/run.js';
import type { DoctorReport } from '../../src/doctor/doctor.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

/** Not that of the Lambda. */
const token = 'another-token-than-that-of-the-lambda';
const usher = openUsher({ environment: { MIGRATION_ACCESS_TOKENS: token } });

async function examine(args: string[] = [], changes: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const status = await run(['doctor', '--json', ...args], {
    out: (text) => (out += text),
    err: (text) => (err += text),
    variables: () => ({ ...usher.variables, ...changes }),
  });
  return { status, err, report: (out === '' ? undefined : JSON.parse(out)) as DoctorReport };
}

it('usher doctor --live finds a token that Usher refuses', async () => {
  const { status, report } = await examine(['--live']);
  expect(status).toBe(3);
  expect(report.findings.find(({ id }) => id === 'live.canary')).toMatchObject({
    title: 'Usher refuses the token of the migration Lambda.',
    remedy: expect.stringMatching(/^MIGRATION_ACCESS_TOKENS=/) as unknown,
  });
});

it('usher doctor skips the canary without --live', async () => {
  const before = usher.proxy.arrived.filter((operation) => operation === 'InitiateAuth').length;
  const { report } = await examine();
  expect(report.skipped).toContainEqual({ id: 'live.canary', why: 'only with --live' });
  expect(usher.proxy.arrived.filter((operation) => operation === 'InitiateAuth').length).toBe(before);
});

it('usher doctor --live needs the database', async () => {
  const { status, err } = await examine(['--live'], { DATABASE_URL: '' });
  expect(status).toBe(2);
  expect(err).toContain('DATABASE_URL');
});

it('finds a hash format of which almost no password is right', async () => {
  const people = Array.from({ length: 20 }, (_, n) => ({
    email: `peppered${n}@example.com`,
    password: `the password ${n}`,
    hash: bcrypt.hashSync(`the password ${n}unknown pepper`, 4),
  }));
  await usher.database.sql(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
     SELECT email, hash, now(), now(), now() FROM json_to_recordset($1) AS person (email text, hash text)`,
    [JSON.stringify(people)],
  );
  const check = async (index: number) => {
    const { email, password } = people[index] ?? {};
    return (await usher.api.post('/aws/auth', { email, password, access_token: token })).body.success;
  };
  const recorded = async () => {
    const [row] = await usher.database.sql<{ count: number }>(
      'SELECT count(*)::int AS count FROM usher.format_outcomes',
    );
    return row?.count;
  };
  const finding = async () =>
    (await examine()).report.findings.find(({ id }) => id === 'source.format_failing');
  const alarms = () => usher.logLines().filter((line) => line.includes('"legacy.format_failing"'));

  await usher.database.sql(
    `INSERT INTO usher.format_outcomes SELECT id, 'bcrypt_2b', true, now() - interval '25 hours' FROM users WHERE email = 'ada@example.com'`,
  );
  for (let n = 0; n < 19; n += 1) expect(await check(n)).toBe(false);
  await until(async () => (await recorded()) === 20);
  expect(await finding()).toBeUndefined();
  expect(alarms()).toEqual([]);

  expect(await check(19)).toBe(false);
  await until(() => alarms().length > 0);
  expect(JSON.parse(alarms()[0] ?? '')).toMatchObject({ users: 20, right: 0 });
  expect(await finding()).toMatchObject({
    area: 'source',
    severity: 'error',
    remedy: expect.stringMatching(/^PASSWORD_PEPPERS=/) as unknown,
  });

  // One user of twenty is right once, and wrong afterwards.
  await usher.database.sql('UPDATE users SET encrypted_password = $2 WHERE email = $1', [
    people[0]?.email,
    bcrypt.hashSync(people[0]?.password ?? '', 4),
  ]);
  expect(await check(0)).toBe(true);
  await until(async () => (await finding()) === undefined);
  await usher.api.post('/aws/auth', { email: people[0]?.email, password: 'wrong', access_token: token });
  expect(await finding()).toBeUndefined();
  expect(alarms().length).toBe(1);
  expect(await recorded()).toBe(20);
});
