import { describe, expect, it } from '@jest/globals';
import { ReadinessService } from '../../src/common/health/health.controller.js';
import { createApp } from '../../src/create-app.js';
import { poolFixtures } from '../support/builders/doctor-fixtures.js';
import { serviceFixtures } from '../support/builders/doctor-fixtures-of-services.js';
import { openDoctorWorld } from '../support/drivers/doctor.js';
import { until } from '../support/drivers/until.js';

/** What people report most often when a migration to Cognito does not work. */
const commonMistakes = [
  'pool.user_migration_trigger',
  'function.policy',
  'client.password_flow',
  'pool.legacy_id_attribute',
  'pool.required_attributes',
  'pool.case_sensitive',
  'client.secret',
  'client.existence_errors',
  'pool.email_sender',
  'function.timeout',
];

const world = openDoctorWorld();

interface Line {
  msg: string;
  finding?: string;
  remedy?: string;
}

describe('the start of the API', () => {
  it.each(commonMistakes)('logs %s with its remedy, and errors degrade /health/ready', async (id) => {
    const fixture = [...poolFixtures, ...serviceFixtures].find((one) => one.id === id);
    const { variables } = await world.install(fixture?.installation);
    const known = world.logLines().length;
    const app = await createApp({ ...variables, HOST: '127.0.0.1', REFUSAL_TIME_MS: '0' });
    try {
      const lines = () =>
        world
          .logLines()
          .slice(known)
          .map((line) => JSON.parse(line) as Line);
      await until(() => lines().some(({ finding }) => finding === id), 10_000);
      const found = lines().filter(({ msg }) => msg === 'configuration problem found');
      for (const { remedy } of found) expect(remedy).toMatch(/\S/);
      const { details } = await app.get(ReadinessService, { strict: false }).read();
      const errors = lines().flatMap((line) => ('alarm' in line ? [line.finding ?? ''] : []));
      for (const error of errors) expect(details[error]).toEqual({ status: 'degraded' });
      expect(
        Object.keys(details)
          .filter((name) => name.includes('.'))
          .sort(),
      ).toEqual([...new Set(errors)].sort());
    } finally {
      await app.close();
    }
  });
});
