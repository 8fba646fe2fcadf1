import { describe, expect, it } from '@jest/globals';
import type { Count } from './persistence/migration-counts.repository.js';
import { summarise, type View } from './migration-progress.js';

const view: View = {
  now: new Date('2026-11-25T00:30:00Z'),
  days: 3,
  duplicates: { exact: 0, byCase: 0 },
  inactiveAfter: 12,
  knowsSignIns: true,
  sourceRead: true,
  drift: { changed: 0, reset: 0 },
  unmarkedScheme: undefined,
};

const nowhere = { reason: null, format: null, month: null, neverSignedIn: null, day: null };
const migrated = (day: string, people: number): Count => ({ ...nowhere, state: 'migrated', day, people });
const left = (more: Partial<Count>): Count => ({
  ...{
    ...nowhere,
    state: 'legacy' as const,
    format: '$2a$12$',
    month: '2026-11',
    neverSignedIn: false,
    people: 1,
  },
  ...more,
});

const signedUp = { ...migrated('2026-11-12', 3), state: 'imported', reason: 'signed_up' } as const;

describe('summarise', () => {
  it('sums the counts by state, format, month and day', () => {
    const counts = [
      ...[migrated('2026-11-23', 5), migrated('2026-11-25', 2), migrated('2026-01-01', 7)],
      { ...nowhere, state: 'imported' as const, reason: 'found_in_pool', day: '2026-11-24', people: 3 },
      { ...nowhere, state: 'skipped' as const, reason: 'unconfirmed', people: 4 },
      left({ people: 10 }),
      left({ people: 6, month: '2025-11', format: '$2a$15$' }),
      left({ people: 8, month: '2020-05', neverSignedIn: true, format: 'hexadecimal, 32 digits' }),
      left({ people: 1, state: 'failed', reason: 'unknown_hash', format: '$gy$' }),
      // One person was added and removed.
      ...[left({ people: 1, month: '2020-01' }), left({ people: -1, month: '2020-01' })],
    ];
    const summary = summarise(counts, view);
    expect(summary).toMatchObject({ people: 46, left: 25, inactive: 8, neverSignedIn: 8 });
    expect(summary.states).toEqual([
      { state: 'legacy', reason: null, people: 24 },
      { state: 'migrated', reason: null, people: 14 },
      { state: 'skipped', reason: 'unconfirmed', people: 4 },
      { state: 'imported', reason: 'found_in_pool', people: 3 },
      { state: 'failed', reason: 'unknown_hash', people: 1 },
    ]);
    expect(summary.formats).toEqual([
      { format: '$2a$12$', people: 10, supported: true },
      { format: 'hexadecimal, 32 digits', people: 8, supported: false },
      { format: '$2a$15$', people: 6, supported: false },
      { format: '$gy$', people: 1, supported: false },
    ]);
    expect(summary.perDay).toEqual([
      { day: '2026-11-23', migrated: 5, imported: 0 },
      { day: '2026-11-24', migrated: 0, imported: 3 },
      { day: '2026-11-25', migrated: 2, imported: 0 },
    ]);
    expect(summary.lastSignIn).toEqual([
      { month: '2026-11', people: 11 },
      { month: '2025-11', people: 6 },
      { month: null, people: 8 },
    ]);
  });

  it('reads plain digests with the configured scheme', () => {
    const counts = [left({ format: 'hexadecimal, 40 digits' })];
    const supported = (unmarkedScheme: string) =>
      summarise(counts, { ...view, unmarkedScheme }).formats[0]?.supported;
    expect([supported('hex_sha1'), supported('hex_md5')]).toEqual([true, false]);
  });

  it('excludes inactive people from the verdict and reports their number', () => {
    const counts = [
      left({ month: '2025-10', people: 3 }),
      left({ month: '2024-01', neverSignedIn: true, people: 2 }),
    ];
    expect(summarise(counts, view)).toMatchObject({
      inactive: 5,
      verdict: { canSwitchOff: true, reasons: [] },
    });
    expect(summarise(counts, { ...view, inactiveAfter: 13 }).verdict.reasons).toEqual([
      { code: 'people_left', people: 3 },
    ]);
  });

  it('counts people who signed up recently and never signed in as active', () => {
    const counts = [left({ month: '2026-10', neverSignedIn: true, people: 2 })];
    expect(summarise(counts, view)).toMatchObject({
      inactive: 0,
      neverSignedIn: 2,
      verdict: { canSwitchOff: false },
    });
  });

  it('counts all people as active without the columns of the last sign-in', () => {
    const counts = [left({ month: '2019-01', neverSignedIn: true, people: 2 })];
    const summary = summarise(counts, { ...view, knowsSignIns: false });
    expect(summary).toMatchObject({ inactive: null, neverSignedIn: null, lastSignIn: [] });
    expect(summary.verdict).toMatchObject({
      canSwitchOff: false,
      reasons: [{ code: 'people_left', people: 2 }],
    });
  });

  it('lists every reason against switching off', () => {
    const counts = [
      migrated('2026-11-12', 4),
      left({ people: 10 }),
      left({ people: 5, state: 'reset_sent' }),
      left({ people: 2, state: 'failed', reason: 'not_created', format: 'other' }),
    ];
    expect(summarise(counts, view).verdict.reasons).toEqual([
      { code: 'people_left', people: 10 },
      { code: 'resets_open', people: 5 },
      { code: 'moves_failed', people: 2 },
      { code: 'hashes_unknown', people: 2 },
      { code: 'still_moving', people: 4 },
    ]);
    expect(summarise([migrated('2026-11-12', 4)], view).verdict).toMatchObject({
      canSwitchOff: true,
      reasons: [],
    });
  });

  it('counts imported people whose password has changed at the source, and those who were reset because of it', () => {
    const counts = [migrated('2026-11-12', 4), left({ people: 5, state: 'reset_sent' })];
    const { reasons } = summarise(counts, { ...view, drift: { changed: 3, reset: 2 } }).verdict;
    expect(reasons).toEqual(
      expect.arrayContaining([
        { code: 'resets_open', people: 7 },
        { code: 'import_hashes_changed', people: 3 },
      ]),
    );
  });

  it('says on what the verdict rests', () => {
    const counts = [
      migrated('2026-11-12', 4),
      { ...migrated('2026-11-13', 3), reason: 'hash_import' },
      { ...migrated('2026-11-12', 90), state: 'imported', reason: 'hash_import' } as const,
      { ...migrated('2026-11-12', 2), state: 'imported', reason: 'found_in_pool' } as const,
      signedUp,
    ];
    expect(summarise(counts, view).verdict).toEqual({
      canSwitchOff: true,
      reasons: [],
      restsOn: { signedIn: 7, importedWithHash: 90, linked: 2 },
    });
  });

  it.each([
    ['an empty table', []],
    ['people who signed up here only', [signedUp]],
  ])('knows nobody of the old system with %s', (_, counts) => {
    const { estimate, verdict } = summarise(counts, view);
    expect(verdict).toMatchObject({ canSwitchOff: false, reasons: [{ code: 'nobody', people: 0 }] });
    expect(estimate.kind).toBe('too_early');
  });

  it('gives no verdict without having read the source', () => {
    const { estimate, verdict } = summarise([migrated('2026-11-12', 4)], { ...view, sourceRead: false });
    expect(verdict).toMatchObject({ canSwitchOff: false, reasons: [{ code: 'source_not_read', people: 0 }] });
    expect(estimate.kind).toBe('too_early');
    expect(summarise([migrated('2026-11-12', 4)], view).estimate.kind).toBe('done');
  });
});
