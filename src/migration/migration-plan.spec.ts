import { describe, expect, it } from '@jest/globals';
import type { LegacyUser } from '../legacy/legacy-source.js';
import { type FindingId, planMigration, type PlanOptions } from './migration-plan.js';

const hash = `$2a$12$${'a'.repeat(21)}e${'b'.repeat(30)}e`;
const now = new Date('2026-11-29T12:00:00Z');
const dayMs = 86_400_000;

const userWith = (id: number, changes: Partial<LegacyUser> = {}): LegacyUser => ({
  ...{ id: String(id), email: `p${id}@example.com`, passwordHash: hash, verified: true, blocked: false },
  ...{ lockedUntil: null, firstName: null, lastName: null, createdAt: null, lastSignInAt: null },
  attributes: {},
  ...changes,
});

async function planOf(users: LegacyUser[], options: Partial<PlanOptions> = {}) {
  const scans: (string | undefined)[] = [];
  const source = {
    describe: () => ({ name: 'test', mode: 'read-only' as const, location: 'memory' }),
    scan: async (after: string | undefined, limit: number) => {
      scans.push(after);
      const start = after === undefined ? 0 : Number(after);
      const next = start + limit < users.length ? { next: String(start + limit) } : {};
      return Promise.resolve({ users: users.slice(start, start + limit), ...next });
    },
  };
  const found: [FindingId, string][] = [];
  const result = await planMigration(source, {
    ...{ now, hashes: {}, checkAttributes: () => [] },
    onFinding: (id, user) => found.push([id, user.id]),
    ...options,
  });
  return { ...result, scans, found };
}

const rowsOf = (ways: { way: string; rows: number }[]) =>
  Object.fromEntries(ways.map(({ way, rows }) => [way, rows]));

describe('planMigration', () => {
  it('finds nothing in an empty source', async () => {
    const { plan, decisions } = await planOf([]);
    expect(plan).toEqual({
      source: { name: 'test', mode: 'read-only', location: 'memory' },
      ...{ rows: 0, ways: [], findings: [], activity: [] },
      estimate: { kind: 'done', stillToMove: 0, earliest: null, likely: null, latest: null },
    });
    expect(decisions).toBe(0);
  });

  it('counts each row in one way, with all its findings and at most 20 samples', async () => {
    const users = Array.from({ length: 2500 }, (_, id) =>
      userWith(id, id % 100 === 0 ? { passwordHash: '', verified: id % 200 === 0 } : {}),
    );
    const { plan, decisions, found } = await planOf(users);
    expect(plan.rows).toBe(2500);
    expect(plan.ways).toEqual([
      { way: 'import', format: 'bcrypt_2a', rows: 2475 },
      { way: 'reset', format: null, rows: 13 },
      { way: 'blocked', format: null, rows: 12 },
    ]);
    const sample = Array.from({ length: 20 }, (_, index) => String(index * 100));
    expect(plan.findings).toEqual([
      { id: 'hash_missing', rows: 25, sample },
      { id: 'unverified', rows: 12, sample: expect.arrayContaining(['100', '300']) },
    ]);
    expect(decisions).toBe(25);
    expect(found.filter(([id]) => id === 'hash_missing')).toHaveLength(25);
  });

  it('blocks live rows that share an address, exactly, by case or in another spelling', async () => {
    const users = Array.from({ length: 5000 }, (_, id) => userWith(id));
    const share = (id: number, email: string, changes = {}) =>
      (users[id] = userWith(id, { email, ...changes }));
    share(1, 'p4000@example.com');
    share(2, 'Case@Example.com');
    share(4500, 'case@example.com ');
    share(3, 'x@bücher.example');
    share(4, 'x@XN--bcher-kva.example');
    // A blocked row does not count, and neither do blank addresses.
    share(5, 'p10@example.com', { blocked: true });
    share(6, '');
    share(7, '');
    const { plan, decisions, scans } = await planOf(users);
    const duplicates = plan.findings.find(({ id }) => id === 'address_duplicate');
    expect(duplicates).toEqual({
      id: 'address_duplicate',
      rows: 6,
      sample: ['1', '2', '3', '4', '4000', '4500'],
    });
    expect(rowsOf(plan.ways)).toEqual({ import: 5000 - 6 - 3, blocked: 6 + 3 });
    expect(decisions).toBe(9);
    // Only the pages with a repeated address are read again.
    expect(scans.slice(5)).toEqual([undefined, '4000']);
  });

  it('counts a migrated row for duplicates only', async () => {
    const users = [
      userWith(1, { migrated: true }),
      userWith(2, { email: 'P1@example.com' }),
      userWith(3, { migrated: true, passwordHash: '' }),
    ];
    const { plan } = await planOf(users);
    expect(plan).toMatchObject({
      rows: 1,
      ways: [{ way: 'blocked', format: 'bcrypt_2a', rows: 1 }],
      findings: [{ id: 'address_duplicate', rows: 1, sample: ['2'] }],
    });
  });

  it('says what was not checked', async () => {
    const { plan, decisions } = await planOf([userWith(1)], { checkAttributes: undefined });
    expect(plan.findings).toEqual([
      { id: 'attribute_too_long', rows: null, sample: [] },
      { id: 'attribute_missing', rows: null, sample: [] },
    ]);
    expect(decisions).toBe(0);
  });

  it('counts last sign-ins by month in UTC, newest first', async () => {
    const dates = [
      '2026-10-31T23:59:59Z',
      '2026-11-01T00:00:00Z',
      '2026-11-02T00:00:00Z',
      '0099-01-01T00:00:00Z',
    ];
    const users = [...dates.map((text) => new Date(text)), null].map((lastSignInAt, id) =>
      userWith(id, { lastSignInAt }),
    );
    expect((await planOf(users)).plan.activity).toEqual([
      { month: '2026-11', rows: 2 },
      { month: '2026-10', rows: 1 },
      { month: '0099-01', rows: 1 },
      { month: null, rows: 1 },
    ]);
  });

  it('estimates the sign-ins of a migration that begins today from the last sign-ins', async () => {
    const users = Array.from({ length: 4000 }, (_, id) =>
      userWith(id, {
        lastSignInAt: new Date(now.getTime() - dayMs * (1 + 10 * -Math.log(1 - (id + 0.5) / 4000))),
      }),
    );
    const { estimate } = (await planOf(users)).plan;
    expect(estimate.kind).toBe('falling');
    expect(estimate.stillToMove).toBeGreaterThan(3800);
    expect(estimate.stillToMove).toBeLessThanOrEqual(4000);
    expect((estimate.likely ?? '') > '2026-12-27').toBe(true);
    expect((await planOf([userWith(1)])).plan.estimate.kind).toBe('too_early');
  });
});
