import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import * as sql from '../../src/users/users.sql.js';
import { resolveColumns } from '../../src/common/database/users-columns.js';
import { removeAuditAddresses } from '../../src/admin/user-deletion.job.js';
import { type Person, personWith } from '../support/builders/admins.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { runCommand } from '../support/drivers/command.js';
import { countWaiting, createDeviseDatabase } from '../support/drivers/database.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';

let other: UsherProcess;
/** A transaction of another client, such as the legacy application. */
let rival: pg.Client;
const usher = openUsher(async () => {
  const database = await createDeviseDatabase();
  await database.sql('ALTER TABLE users ADD COLUMN deleted_at timestamp');
  return { database };
});
beforeAll(async () => {
  other = await usher.startProcess();
  rival = await usher.database.connect();
});
beforeEach(() => usher.database.sql(`UPDATE users SET usher_roles = '{}'`));

let people = 0;
const newPerson = (...roles: string[]) => personWith(usher, `person-${(people += 1)}@example.org`, ...roles);

type Action = (api: ApiClient, actor: Person, target: Person) => Promise<number>;

const send =
  (method: string, path: string, body?: unknown): Action =>
  async (api, { headers }, { id }) =>
    (await api.call(method, `/admin/users/${id}${path}`, { headers, body })).status;

const demote = send('PUT', '/roles', { roles: [] });
const disable = send('POST', '/disable');
const enable = send('POST', '/enable');
const endSessions = send('DELETE', '/sessions');
const erase = send('DELETE', '');

const removals: Record<string, Action> = { demote, disable, erase };

const rowOf = async ({ id }: Person) =>
  (
    await usher.database.sql(
      `SELECT usher_roles, usher_disabled_at, usher_erased_at FROM users WHERE id = $1`,
      [id],
    )
  )[0];

const enabledAdministrators = async () =>
  (
    await usher.database.sql<{ id: string }>(
      `SELECT id FROM users WHERE 'admin' = ANY (usher_roles) AND usher_disabled_at IS NULL AND NOT usher.is_blocked(users)`,
    )
  ).map(({ id }) => Number(id));

const auditedActions = async ({ id }: Person) =>
  (
    await usher.database.sql<{ action: string }>(`SELECT action FROM usher.audit WHERE user_id = $1`, [id])
  ).map(({ action }) => action);

/** Changes a row, and commits once each of `calls` waits for a row lock or has its answer. */
async function whileRowsAreLocked<Result>(
  { id }: Person,
  change: string,
  calls: () => Promise<Result>[],
): Promise<Result[]> {
  await rival.query('BEGIN');
  await rival.query(`UPDATE users SET ${change} WHERE id = $1`, [id]);
  let answered = 0;
  const answers = calls().map((call) => call.finally(() => (answered += 1)));
  try {
    await until(async () => (await countWaiting(usher.database)) + answered >= answers.length, 10_000);
  } finally {
    await rival.query('COMMIT');
  }
  return Promise.all(answers);
}

describe('concurrent requests of two administrators', () => {
  it.each(Object.keys(removals).flatMap((one) => Object.keys(removals).map((two) => [one, two] as const)))(
    'to %s and to %s each other, in two processes, leave one administrator',
    async (one, two) => {
      const [a, b] = [await newPerson('admin'), await newPerson('admin')];
      const answers = await whileRowsAreLocked(b, 'updated_at = now()', () => [
        removals[one]?.(usher.api, a, b) ?? Promise.reject(new Error(one)),
        removals[two]?.(other.api, b, a) ?? Promise.reject(new Error(two)),
      ]);
      expect(answers.filter((status) => status < 300)).toHaveLength(1);
      expect(answers).toContain(403);
      const winner = answers[0] === 403 ? b : a;
      expect(await enabledAdministrators()).toEqual([winner.id]);
      expect(await auditedActions(winner)).toEqual([]);
      // The last administrator cannot remove themselves.
      for (const remove of Object.values(removals)) expect(await remove(usher.api, winner, winner)).toBe(403);
      expect(await enabledAdministrators()).toEqual([winner.id]);
    },
  );

  it('leave one administrator in every attempt without a held lock', async () => {
    for (let round = 0; round < 10; round += 1) {
      await usher.database.sql(`UPDATE users SET usher_roles = '{}'`);
      const [a, b] = [await newPerson('admin'), await newPerson('admin')];
      const action = Object.values(removals)[round % 3] ?? demote;
      await Promise.all([action(usher.api, a, b), action(other.api, b, a)]);
      expect(await enabledAdministrators()).toHaveLength(1);
    }
  });
});

it('leaves one of three administrators who remove each other in a ring, without a deadlock', async () => {
  for (let round = 0; round < 6; round += 1) {
    await usher.database.sql(`UPDATE users SET usher_roles = '{}'`);
    const ring = [await newPerson('admin'), await newPerson('admin'), await newPerson('admin')] as const;
    const [a, b, c] = round % 2 ? ring : ([ring[2], ring[1], ring[0]] as const);
    const calls = () => [demote(usher.api, a, b), disable(other.api, b, c), erase(usher.api, c, a)];
    const statuses = await whileRowsAreLocked(ring[2], 'updated_at = now()', calls);
    expect((await enabledAdministrators()).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => ![202, 204, 401, 403].includes(status))).toEqual([]);
  }
});

describe('an administrator who loses their authority while a request waits', () => {
  const losses: Record<string, string> = {
    'the role': `usher_roles = '{support}'`,
    'their access, disabled at Usher': 'usher_disabled_at = now()',
    'their access, blocked by the legacy application': `deleted_at = now() - interval '1 minute'`,
    'the link to their pool user': `cognito_sub = 'another-' || id`,
  };

  it.each(Object.entries(losses))('is refused after losing %s', async (_, change) => {
    for (const action of [demote, erase]) {
      const [admin, target] = [await newPerson('admin'), await newPerson('editor')];
      const before = await rowOf(target);
      const statuses = await whileRowsAreLocked(admin, change, () => [action(usher.api, admin, target)]);
      expect(statuses).toEqual([403]);
      expect(await rowOf(target)).toEqual(before);
      expect(await auditedActions(target)).toEqual([]);
    }
  });

  it('cannot restore their own role', async () => {
    const admin = await newPerson('admin');
    const regain = send('PUT', '/roles', { roles: ['admin'] });
    const statuses = await whileRowsAreLocked(admin, `usher_roles = '{}'`, () => [
      regain(usher.api, admin, admin),
      regain(other.api, admin, admin),
    ]);
    expect(statuses).toEqual([403, 403]);
    expect(await enabledAdministrators()).toEqual([]);
  });

  it.each(Object.entries({ disable, enable, endSessions }))(
    'cannot %s with the former permission of support',
    async (_, action) => {
      const [support, target] = [await newPerson('support'), await newPerson()];
      const statuses = await whileRowsAreLocked(support, `usher_roles = '{}'`, () => [
        action(usher.api, support, target),
      ]);
      expect(statuses).toEqual([403]);
      expect(await auditedActions(target)).toEqual([]);
      expect((await usher.api.get('/auth/sessions', target.headers)).status).toBe(200);
    },
  );

  it('cannot enable a user as support when the role is lost after the answer of Cognito', async () => {
    const [support, target] = [await newPerson('support'), await newPerson()];
    expect(await disable(usher.api, support, target)).toBe(204);
    const held = usher.proxy.holdAnswer('AdminEnableUser');
    const answer = enable(usher.api, support, target);
    await held.done;
    await usher.database.sql(`UPDATE users SET usher_roles = '{}' WHERE id = $1`, [support.id]);
    held.release();
    expect(await answer).toBe(403);
    expect(await auditedActions(target)).toEqual(['disable']);
  });

  it('cannot change, as support, a user who has just become an administrator', async () => {
    const [support, target] = [await newPerson('support'), await newPerson()];
    const statuses = await whileRowsAreLocked(target, `usher_roles = '{admin}'`, () => [
      disable(usher.api, support, target),
    ]);
    expect(statuses).toEqual([403]);
  });
});

describe('usher users roles --remove admin', () => {
  const remove = async ({ email }: Person) => {
    const { status, out } = await runCommand(
      ['users', 'roles', email, '--remove', 'admin', '--json'],
      usher.variables,
    );
    return { status, answer: JSON.parse(out) as Record<string, unknown> };
  };

  it.each([
    ['demoted', `usher_roles = '{}'`],
    ['disabled', 'usher_disabled_at = now()'],
    ['blocked by the old application', `deleted_at = now() - interval '1 minute'`],
  ])(
    'reports the removal of the last administrator when the other one was %s at the same time',
    async (_, change) => {
      const [a, b] = [await newPerson('admin'), await newPerson('admin')];
      const outcomes = await whileRowsAreLocked(b, change, () => [remove(a)]);
      expect(outcomes).toEqual([
        { status: 0, answer: expect.objectContaining({ roles: [], lastAdministrator: true }) },
      ]);
    },
  );

  it('does not report it when another administrator remains', async () => {
    const [a, b] = [await newPerson('admin'), await newPerson('admin')];
    const outcomes = await whileRowsAreLocked(b, 'updated_at = now()', () => [remove(a)]);
    expect(outcomes[0]?.answer).not.toHaveProperty('lastAdministrator');
  });
});

it('queries of administrators and audit entries use indexes', async () => {
  await usher.database.sql(`INSERT INTO users (email, created_at, updated_at)
    SELECT 'many-' || n || '@example.com', now(), now() FROM generate_series(1, 50000) AS n`);
  await usher.database.sql(`INSERT INTO usher.audit (actor, actor_id, user_id, action, address)
    SELECT 'user', n % 5000, n, 'disable', '192.0.2.1' FROM generate_series(1, 50000) AS n`);
  await rival.query('ANALYZE users; ANALYZE usher.audit');
  const plans = {
    [resolveColumns(sql.findWithAdministrators.text)]: '1',
    [resolveColumns(removeAuditAddresses.text)]: '1',
  };
  for (const [text, values] of Object.entries(plans))
    for (const mode of ['force_generic_plan', 'force_custom_plan']) {
      await rival.query(`SET plan_cache_mode = ${mode}; DEALLOCATE ALL`);
      await rival.query(`PREPARE asked AS ${text}`);
      const { rows } = await rival.query<Record<string, string>>(`EXPLAIN EXECUTE asked(${values})`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).not.toMatch(/Seq Scan on (users|audit)/);
    }
});
