import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type AcmeWorld, isGoodFor, startAcmeWorld } from '../support/drivers/acme-world.js';
import { describeWithPebble } from '../support/drivers/pebble.js';
import { until } from '../support/drivers/until.js';

let world: AcmeWorld;
beforeEach(async () => {
  world = await startAcmeWorld();
});
afterEach(() => world.close());

describeWithPebble('with pebble', () => {
  it('issues for one name, two names and an internationalised name', async () => {
    const wanted = 'one.usher.dev; two.usher.dev, www.two.usher.dev; bücher.usher.dev';
    const { status, out, err } = await world.command(['issue'], wanted);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('two.usher.dev, www.two.usher.dev: validating www.two.usher.dev (');
    const all = await world.stored();
    expect(all.map(({ names }) => names)).toEqual([
      ['one.usher.dev'],
      ['two.usher.dev', 'www.two.usher.dev'],
      ['xn--bcher-kva.usher.dev'],
    ]);
    for (const row of all) {
      expect(isGoodFor(row)).toBe(true);
      expect(row.order_url).toBeNull();
      expect(row.sealed_key).not.toContain('PRIVATE');
      const pem = await readFile(join(world.directory, row.names[0] ?? '', 'fullchain.pem'), 'utf8');
      expect(new X509Certificate(pem).serialNumber).toBe(row.serial);
    }
    expect(await world.usher.database.sql('SELECT 1 FROM usher.acme_challenges')).toEqual([]);
  });

  it('issues once, and again on "renew"', async () => {
    const name = 'again.usher.dev';
    await world.command(['issue'], name);
    const [first] = await world.stored();
    expect(await world.command(['issue'], name)).toEqual({ status: 0, out: '', err: '' });
    expect((await world.stored())[0]?.serial).toBe(first?.serial);
    expect((await world.command(['renew', name], name)).status).toBe(0);
    expect((await world.stored())[0]?.serial).not.toBe(first?.serial);
    expect(await world.usher.database.sql('SELECT 1 FROM usher.acme_accounts')).toHaveLength(1);
  });

  it('records the error, and backs off', async () => {
    await world.usher.database.sql(
      'CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    );
    await world.usher.database.sql(
      'CREATE TRIGGER lose BEFORE INSERT ON usher.acme_challenges FOR EACH ROW EXECUTE FUNCTION lose()',
    );
    const { status, err } = await world.command(['issue'], 'lost.usher.dev');
    expect(status).toBe(1);
    expect(err).toMatch(/404|Invalid response/);
    const [row] = await world.usher.database.sql<{
      failures: number;
      waits: boolean;
      order_url: string | null;
    }>(
      `SELECT failures, next_order_at > now() + interval '10 minutes' AS waits, order_url FROM usher.certificates`,
    );
    expect(row).toEqual({ failures: 1, waits: true, order_url: null });
    await world.usher.database.sql('DROP TRIGGER lose ON usher.acme_challenges');
    expect((await world.command(['issue'], 'lost.usher.dev')).status).toBe(0);
  });

  it('runs in one process at a time', async () => {
    const name = 'together.usher.dev';
    const outcomes = await Promise.all([world.command(['issue'], name), world.command(['issue'], name)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([0, 3]);
    expect(outcomes.find(({ status }) => status === 3)?.err).toBe(
      'Another process is issuing certificates. See its progress with "usher certificates list".\n',
    );
  });

  it('reports missing settings, and shows certificates without keys', async () => {
    expect((await world.command(['issue'], '')).status).toBe(2);
    expect((await world.command(['issue'], '*.usher.dev')).err).toContain('no wildcards');
    expect((await world.command(['list'], '')).out).toBe('No certificates are configured.\n');
    await world.command(['issue'], 'shown.usher.dev');
    expect((await world.command(['list'], '')).out).toMatch(
      /^shown\.usher\.dev: valid until \d{4}-\d\d-\d\d, renewed about \d/,
    );
    const { out } = await world.command(['show', 'shown.usher.dev'], '');
    expect(out).toContain('BEGIN CERTIFICATE');
    expect(out).not.toContain('PRIVATE');
    expect((await world.command(['show', 'other.usher.dev'], '')).status).toBe(1);
  });

  it('is done by the running service, which stays ready while the CA is down', async () => {
    world.ca.before = () => 'cut';
    const name = 'service.usher.dev';
    const failing = await world.usher.startProcess(world.variables(name));
    await until(async () => (await world.stored())[0]?.failures === 1);
    expect((await failing.api.get('/health/ready')).status).toBe(200);
    await until(() => failing.logLines().join().includes('The CA does not answer'));
    world.ca.before = () => undefined;
    await world.usher.database.sql('UPDATE usher.certificates SET next_order_at = now()');
    await world.usher.startProcess(world.variables(name));
    await until(async () => (await world.stored())[0]?.served_serial != null);
    // Two processes start, beside other suites.
  }, 90_000);
});
