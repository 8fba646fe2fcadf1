import { describe, expect, it } from '@jest/globals';
import { UntrustedProxies } from '../../src/doctor/untrusted-proxies.job.js';
import { others, serviceFixtures } from '../support/builders/doctor-fixtures-of-services.js';
import { migrationToken, openDoctorWorld } from '../support/drivers/doctor.js';
import { until } from '../support/drivers/until.js';

const world = openDoctorWorld();

/** What no report may have. */
const secrets = [migrationToken, 'an-old-token-of-the-function', 'operator:secret', ...Object.values(others)];

describe('usher doctor', () => {
  it('skips what the installation does not have, and counts it as no check that is fine', async () => {
    const { status, report } = await (await world.install()).examine();
    expect(report.findings).toEqual([]);
    expect(status).toBe(0);
    expect(report.skipped.map(({ id }) => id)).toEqual([
      ...['source.lookup', 'source.sync', 'source.unread_tables'],
      ...[
        'certificates.served',
        'certificates.acme',
        'edge.cookie_site',
        'edge.origin_scheme',
        'live.canary',
      ],
    ]);
  });

  it.each(serviceFixtures.map((fixture) => [fixture.id, fixture.mistake, fixture] as const))(
    'finds %s in %s',
    async (id, _mistake, { installation, severity, also = [], says }) => {
      const { report, status } = await (await world.install(installation)).examine();
      const [own, ...rest] = [
        ...report.findings.filter((finding) => finding.id === id),
        ...report.findings.filter((finding) => finding.id !== id),
      ];
      expect(own).toMatchObject({ id, area: id.split('.')[0], severity });
      expect(`${own?.title} ${own?.remedy}`).toContain(says);
      expect(rest.map((finding) => finding.id).sort()).toEqual([...also].sort());
      for (const secret of secrets) expect(JSON.stringify(report)).not.toContain(secret);
      expect(status).toBe(3);
    },
  );
});

describe('the API', () => {
  it('runs the checks at start, and skips none that has something to look at', async () => {
    const lines = () => world.logLines().map((line) => JSON.parse(line) as { msg: string });
    await until(() => lines().some(({ msg }) => msg === 'installation checked'));
    expect(lines().find(({ msg }) => msg === 'installation checked')).toMatchObject({
      findings: 0,
      skipped: 0,
    });
    expect(lines().map(({ msg }) => msg)).not.toContain('checks skipped');
  });

  it('does not take the sender of a few requests with X-Forwarded-For for a proxy', async () => {
    const proxies = world.app.get(UntrustedProxies);
    await proxies.record();
    await fetch(`${world.publicUrl}/nowhere`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    await fetch(`${world.publicUrl}/nowhere`);
    await proxies.record();
    expect(await world.database.sql('SELECT network FROM usher.untrusted_proxies')).toEqual([]);
  });
});
