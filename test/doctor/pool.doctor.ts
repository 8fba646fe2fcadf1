import { describe, expect, it } from '@jest/globals';
import { poolFixtures } from '../support/builders/doctor-fixtures.js';
import { openDoctorWorld } from '../support/drivers/doctor.js';

const world = openDoctorWorld();

describe('usher doctor', () => {
  it('finds nothing in a pool with the settings of docs/production.md', async () => {
    const { status, report } = await (await world.install()).examine();
    expect(report.findings).toEqual([]);
    expect(status).toBe(0);
  });

  it.each(poolFixtures.map((fixture) => [fixture.id, fixture.mistake, fixture] as const))(
    'finds %s in %s',
    async (id, _mistake, { installation }) => {
      const installed = await world.install({
        ...installation,
        environment: { MIGRATION_FUNCTION_ARN: '', ...installation.environment },
      });
      const { status, report } = await installed.examine();
      expect(report.findings).toMatchObject([{ id, area: id.split('.')[0] }]);
      expect(report.checks.find((check) => check.id === id)?.status).toBe('finding');
      expect(status).toBe(3);
    },
  );

  it('prints effect and remedy for people', async () => {
    const installed = await world.install({ client: { EnableTokenRevocation: false } });
    const [finding] = (await installed.examine()).report.findings;
    const text = await installed.examineAsText();
    for (const part of [finding?.title, finding?.effect, finding?.remedy]) expect(text).toContain(part);
  });

  it('exits with 1 without credentials, and counts no check of the pool as fine', async () => {
    const installed = await world.install({
      environment: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    });
    const environment = process.env;
    process.env = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };
    const { status, report } = await installed.examine().finally(() => (process.env = environment));
    const ofPool = report.checks.filter(({ area }) => area === 'pool' || area === 'client');
    expect(new Set(ofPool.map((check) => check.status))).toEqual(new Set(['skipped']));
    expect(report.skipped).toContainEqual({
      id: 'pool.user_migration_trigger',
      why: 'AWS credentials not found',
    });
    expect(report.skipped).toContainEqual({
      id: 'function.trigger_silent',
      why: 'AWS credentials not found',
    });
    expect(status).toBe(1);
  });
});
