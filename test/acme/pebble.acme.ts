import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '../support/command.js';
import { isPebbleInstalled, type Pebble, startPebble } from '../support/pebble.js';
import { startUsher, type Usher } from '../support/usher.js';

if (!isPebbleInstalled())
  process.stderr.write('SKIPPED: everything about issuing certificates, because pebble is not installed.\n');

const withPebble = isPebbleInstalled() ? describe : describe.skip;

let usher: Usher;
let pebble: Pebble;
let directory: string;

beforeEach(async () => {
  usher = await startUsher();
  pebble = await startPebble({ httpPort: Number(new URL(usher.url).port) });
  directory = await mkdtemp(join(tmpdir(), 'usher-certificates-'));
});
afterEach(async () => {
  await pebble.stop();
  await usher.close();
});

const variables = (certificates: string, more: Record<string, string> = {}) => ({
  DATABASE_URL: usher.database.url,
  SESSION_SECRETS: 'a-session-secret-of-the-tests',
  ACME_CERTIFICATES: certificates,
  ACME_DIRECTORY_URL: pebble.directoryUrl,
  ACME_CA_BUNDLE: pebble.caBundle,
  ACME_CONTACT: 'operator@example.com',
  ACME_TERMS_AGREED: 'yes',
  ACME_CERTIFICATE_DIR: directory,
  ...more,
});

const certificates = (argv: string[], of: string, more?: Record<string, string>) =>
  runCommand(['certificates', ...argv], variables(of, more));

const stored = async () =>
  (
    await usher.database.sql<{
      names: string[];
      chain: string;
      serial: string;
      sealed_key: string;
      order_url: string;
    }>('SELECT * FROM usher.certificates ORDER BY id')
  ).map((row) => ({ ...row, leaf: new X509Certificate(row.chain) }));

const challenges = () => usher.database.sql('SELECT 1 FROM usher.acme_challenges');

withPebble('with pebble', () => {
  it('issues for one name, two names and an internationalised name', async () => {
    const wanted = 'one.usher.dev; two.usher.dev, www.two.usher.dev; bücher.usher.dev';
    const { status, out, err } = await certificates(['issue'], wanted);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('two.usher.dev, www.two.usher.dev: www.two.usher.dev proven');
    const all = await stored();
    expect(all.map(({ names }) => names)).toEqual([
      ['one.usher.dev'],
      ['two.usher.dev', 'www.two.usher.dev'],
      ['xn--bcher-kva.usher.dev'],
    ]);
    for (const { names, leaf, serial, sealed_key: sealed, order_url: order } of all) {
      for (const name of names) expect(leaf.checkHost(name)).toBe(name);
      expect({ serial: leaf.serialNumber, order }).toEqual({ serial, order: null });
      expect(sealed).not.toContain('PRIVATE');
      const pem = await readFile(join(directory, names[0] ?? '', 'fullchain.pem'), 'utf8');
      expect(new X509Certificate(pem).serialNumber).toBe(serial);
    }
    expect(await challenges()).toEqual([]);
  });

  it('does nothing a second time, and gets another one when it is told to', async () => {
    const name = 'again.usher.dev';
    await certificates(['issue'], name);
    const [first] = await stored();
    expect(await certificates(['issue'], name)).toEqual({ status: 0, out: '', err: '' });
    expect((await stored())[0]?.serial).toBe(first?.serial);
    expect((await certificates(['renew', name], name)).status).toBe(0);
    expect((await stored())[0]?.serial).not.toBe(first?.serial);
    expect(await usher.database.sql('SELECT 1 FROM usher.acme_accounts')).toHaveLength(1);
  });

  it('remembers why it failed, and waits before it tries again', async () => {
    await usher.database.sql(
      'CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    );
    await usher.database.sql(
      'CREATE TRIGGER lose BEFORE INSERT ON usher.acme_challenges FOR EACH ROW EXECUTE FUNCTION lose()',
    );
    const { status, err } = await certificates(['issue'], 'lost.usher.dev');
    expect(status).toBe(1);
    expect(err).toMatch(/404|Invalid response/);
    const [row] = await usher.database.sql<{ failures: number; waits: boolean; order_url: string | null }>(
      `SELECT failures, next_try_at > now() + interval '10 minutes' AS waits, order_url FROM usher.certificates`,
    );
    expect(row).toEqual({ failures: 1, waits: true, order_url: null });
    await usher.database.sql('DROP TRIGGER lose ON usher.acme_challenges');
    expect((await certificates(['issue'], 'lost.usher.dev')).status).toBe(0);
  });

  it('goes on from the order that a killed process has left, and orders once', async () => {
    const name = 'killed.usher.dev';
    await certificates(['issue'], name);
    const orders = () =>
      pebble.lines().filter((line) => line.includes('There are now') && line.includes('orders')).length;
    const ordered = orders();
    // As if it had been killed after each step of the next order, from the last to the first.
    await usher.database.sql(
      `UPDATE usher.certificates SET sealed_order_key = sealed_key, order_url = NULL, chain = NULL, serial = NULL`,
    );
    expect((await certificates(['issue'], name)).status).toBe(0);
    expect(orders() - ordered).toBe(1);
  });

  it('is one process at a time', async () => {
    const name = 'together.usher.dev';
    const outcomes = await Promise.all([certificates(['issue'], name), certificates(['issue'], name)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([0, 3]);
    expect(outcomes.find(({ status }) => status === 3)?.err).toBe('Another process is at it just now.\n');
  });

  it('says what is missing, and shows what is there, without keys', async () => {
    expect((await certificates(['issue'], '')).status).toBe(2);
    expect((await certificates(['issue'], '*.usher.dev')).err).toContain('no wildcards');
    expect((await certificates(['list'], '')).out).toBe('No certificate is wanted.\n');
    await certificates(['issue'], 'shown.usher.dev');
    expect((await certificates(['list'], '')).out).toMatch(
      /^shown\.usher\.dev: valid until \d{4}-\d\d-\d\d, renewed about \d/,
    );
    const { out } = await certificates(['show', 'shown.usher.dev'], '');
    expect(out).toContain('BEGIN CERTIFICATE');
    expect(out).not.toContain('PRIVATE');
    expect((await certificates(['show', 'other.usher.dev'], '')).status).toBe(1);
  });

  it('is done by the running service, and stays quiet while the CA is away', async () => {
    await pebble.stop();
    const failing = await usher.startProcess(variables('service.usher.dev'));
    await until(
      async () =>
        (await usher.database.sql('SELECT 1 FROM usher.certificates WHERE failures > 0')).length > 0,
    );
    expect((await failing.api.get('/health/ready')).status).toBe(200);
    pebble = await startPebble({ httpPort: Number(new URL(usher.url).port) });
    await usher.database.sql('UPDATE usher.certificates SET next_try_at = now()');
    await usher.startProcess(variables('service.usher.dev'));
    await until(
      async () =>
        (await usher.database.sql('SELECT 1 FROM usher.certificates WHERE deployed_serial IS NOT NULL'))
          .length > 0,
    );
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
