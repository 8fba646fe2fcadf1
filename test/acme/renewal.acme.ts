import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../apps/local-stack/src/ports.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { renewalIdentifier } from '../../src/acme/issuance/certificate-authority.js';
import { RenewalJob } from '../../src/acme/issuance/renewal.job.js';
import { createApp } from '../../src/create-app.js';
import { Clock } from '../../src/common/clock/clock.js';
import { type AcmeConfig, acmeConfig } from '../../src/common/config/acme.config.js';
import {
  type AcmeWorld,
  isGoodFor,
  startAcmeWorld,
  type StoredCertificate,
} from '../support/drivers/acme-world.js';
import type { CaAnswer, CaRequest } from '../support/fakes/ca-proxy.js';
import { allMailsSent, subjectsTo } from '../support/drivers/mails.js';
import { describeWithPebble } from '../support/drivers/pebble.js';
import { until } from '../support/drivers/until.js';

const day = 86_400_000;
const name = 'renewed.usher.dev';

let world: AcmeWorld;
/** Started by the first round, so that a test can set the CA's behaviour before. */
let app: NestFastifyApplication | undefined;
let ahead: number;

beforeEach(async () => {
  world = await startAcmeWorld();
  ahead = 0;
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await world.close();
});

/** A process with a moved clock. Its job runs at the start and then each minute, longer than any test. */
async function service(changes: Record<string, string> = {}): Promise<NestFastifyApplication> {
  const made = await createApp({ ...world.usher.variables, ...world.variables(name), ...changes });
  jest.spyOn(made.get(Clock), 'now').mockImplementation(() => new Date(Date.now() + ahead));
  return made;
}

async function round(): Promise<StoredCertificate> {
  const acme = (app ??= await service()).get<AcmeConfig>(acmeConfig.KEY);
  const job = app.get(RenewalJob);
  // The job starts with the service, so the run may have to wait for the lock.
  await until(() => job.run(acme));
  const [row] = await world.stored();
  if (!row) throw new Error('not stored');
  return row;
}

async function roundAt(time: number): Promise<StoredCertificate> {
  ahead = time - Date.now();
  return round();
}

const newOrders = () => world.ca.requests.filter(({ path, payload }) => path === '/order-plz' && payload);
const lastReplaces = () => (newOrders().at(-1)?.payload as { replaces?: string }).replaces;
const alarms = (alarm: string) => world.usher.logLines().filter((line) => line.includes(`"${alarm}"`)).length;

/** Debian's pebble is older than RFC 9773, so the proxy answers this resource. */
function adviseOn(window: { start: Date; end: Date }, headers: CaAnswer['headers'] = {}): string[] {
  const requests: string[] = [];
  world.ca.before = ({ path }) => {
    const [, identifier] = /^\/renewal-info\/(.+)$/.exec(path) ?? [];
    if (identifier === undefined) return undefined;
    requests.push(identifier);
    return {
      status: 200,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ suggestedWindow: window, explanationURL: 'https://ca.example/why' }),
    };
  };
  world.ca.after = (answer, { path }) => {
    if (path !== '/dir') return answer;
    const renewalInfo = new URL('/renewal-info', world.ca.directoryUrl).href;
    return { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), renewalInfo }) };
  };
  return requests;
}

const failOrders = ({ path }: CaRequest): CaAnswer | undefined =>
  path === '/order-plz' ? { status: 503, headers: {}, body: '' } : undefined;

describeWithPebble('renewal', () => {
  it('happens shortly before two thirds of the lifetime', async () => {
    const first = await round();
    expect(isGoodFor(first)).toBe(true);
    const renewAt = first.renew_at?.getTime() ?? 0;
    expect((renewAt - Date.now()) / day).toBeLessThan(60);
    expect((renewAt - Date.now()) / day).toBeGreaterThan(55);
    expect((await roundAt(renewAt - 60_000)).serial).toBe(first.serial);
    const second = await roundAt(renewAt + 1000);
    expect(second.serial).not.toBe(first.serial);
    expect(isGoodFor(second)).toBe(true);
    expect(second).toMatchObject({ deployed_serial: second.serial, served_serial: second.serial });
    expect(lastReplaces()).toBe(renewalIdentifier(first.chain ?? ''));
    expect(world.orders()).toBe(2);
  });

  it('follows the renewal information of the CA, and its changes', async () => {
    const [start, end] = [new Date(Date.now() + 10 * day), new Date(Date.now() + 12 * day)];
    const requests = adviseOn({ start, end }, { 'retry-after': '7200' });
    const first = await round();
    expect(first.renew_at?.getTime()).toBeGreaterThanOrEqual(start.getTime());
    expect(first.renew_at?.getTime()).toBeLessThanOrEqual(end.getTime());
    const identifier = renewalIdentifier(first.chain ?? '');
    expect(requests).toEqual([identifier]);
    // No request before Retry-After, and the scheduled time stays.
    await roundAt(Date.now() + 7_000_000);
    expect(requests).toHaveLength(1);
    expect((await roundAt(Date.now() + 7_300_000)).renew_at).toEqual(first.renew_at);
    expect(requests).toHaveLength(2);
    // As before a revocation.
    adviseOn({ start: new Date(Date.now() - 2 * day), end: new Date(Date.now() - day) });
    const second = await roundAt(Date.now() + 7 * 3600_000);
    expect(second.serial).not.toBe(first.serial);
    expect(lastReplaces()).toBe(identifier);
    expect(world.usher.logLines().join()).toContain('https://ca.example/why');
    // A CA that advises immediate renewal of every certificate does not get one order per minute.
    for (let minute = 1; minute < 4; minute += 1) await roundAt(Date.now() + 7 * 3600_000 + minute * 60_000);
    expect(world.orders()).toBe(2);
  });

  it('orders without "replaces" when the CA refuses it', async () => {
    const first = await round();
    world.ca.before = ({ path, payload }) =>
      path === '/order-plz' && JSON.stringify(payload).includes('replaces')
        ? {
            status: 409,
            headers: { 'content-type': 'application/problem+json' },
            body: '{"type":"urn:ietf:params:acme:error:alreadyReplaced"}',
          }
        : undefined;
    const second = await roundAt((first.renew_at?.getTime() ?? 0) + 1000);
    expect(second.serial).not.toBe(first.serial);
    expect(lastReplaces()).toBeUndefined();
  });

  it('works without renewal information, and fetches it later', async () => {
    adviseOn({ start: new Date(NaN), end: new Date(NaN) });
    const first = await round();
    expect(first.renew_at?.getTime()).toBeGreaterThan(Date.now() + 55 * day);
    world.ca.before = ({ path }) => (path.startsWith('/renewal-info/') ? 'cut' : undefined);
    expect((await roundAt(Date.now() + day)).renew_at).toEqual(first.renew_at);
    expect(world.usher.logLines().join()).toContain('failed to fetch renewal information from the CA');
  });

  it('is never later than the expiry, whatever the CA advises', async () => {
    adviseOn({ start: new Date(Date.now() + 3000 * day), end: new Date(Date.now() + 3001 * day) });
    const first = await round();
    expect(first.renew_at?.getTime()).toBeLessThan(Date.now() + 60 * day);
    // Also when the table has a later time.
    await world.usher.database.sql(`UPDATE usher.certificates SET renew_at = now() + interval '10 years'`);
    expect((await roundAt(Date.now() + 91 * day)).serial).not.toBe(first.serial);
  });

  it('creates a new account when the CA has lost it', async () => {
    const registered = () => world.ca.requests.filter(({ path }) => path === '/sign-me-up').length;
    world.ca.before = ({ path }) =>
      path === '/order-plz'
        ? {
            status: 400,
            headers: { 'content-type': 'application/problem+json' },
            body: '{"type":"urn:ietf:params:acme:error:accountDoesNotExist"}',
          }
        : undefined;
    expect(await round()).toMatchObject({ failures: 1 });
    const before = registered();
    world.ca.before = () => undefined;
    expect(isGoodFor(await roundAt(Date.now() + 16 * 60_000))).toBe(true);
    expect(registered()).toBeGreaterThan(before);
  });

  it('generates new keys when the secret of the old ones was removed', async () => {
    const first = await round();
    await app?.close();
    app = await service({ SESSION_SECRETS: 'another-session-secret-of-the-tests' });
    const second = await roundAt((first.renew_at?.getTime() ?? 0) + 1000);
    expect(isGoodFor(second)).toBe(true);
    expect(second.serial).not.toBe(first.serial);
  });

  it('is retried with back-off', async () => {
    world.ca.before = failOrders;
    const pauses: number[] = [];
    for (let last = Date.now(), time = 0; time < 8; time += 1) {
      const { next_order_at: next } = await roundAt(last);
      pauses.push(Math.round((next.getTime() - last) / 60_000));
      expect((await roundAt(next.getTime() - 5000)).next_order_at).toEqual(next);
      last = next.getTime();
    }
    expect(pauses).toEqual([15, 30, 60, 120, 240, 360, 360, 360]);
  });

  it('happens soon after another CA is configured', async () => {
    const first = await round();
    await app?.close();
    app = await service({
      ACME_DIRECTORY_URL: world.pebble.directoryUrl,
      ACME_CA_BUNDLE: world.pebble.caBundle,
    });
    expect((await round()).serial).toBe(first.serial);
    const second = await roundAt(Date.now() + 16 * 60_000);
    expect(second.serial).not.toBe(first.serial);
    expect(await world.usher.database.sql('SELECT 1 FROM usher.acme_accounts')).toHaveLength(2);
    expect((await round()).serial).toBe(second.serial);
  });
});

describeWithPebble('the deployed certificate', () => {
  const lose = () => rm(join(world.directory, name), { recursive: true });

  it('is checked again, and deployed again when the host lost it', async () => {
    const { serial } = await round();
    await lose();
    expect(await roundAt(Date.now() + 5 * 3600_000)).toMatchObject({ served_serial: serial });
    const lost = await roundAt(Date.now() + 7 * 3600_000);
    expect(lost).toMatchObject({ served_serial: null, deployed_serial: null, serial });
    expect(alarms('acme.not_served')).toBe(1);
    const mended = await roundAt(Date.now() + 7 * 3600_000 + 1000);
    expect(mended).toMatchObject({ served_serial: serial, deployed_serial: serial });
    expect(world.orders()).toBe(1);
  });

  it('may be served with a delay', async () => {
    await round();
    await lose();
    await world.usher.database.sql(
      'UPDATE usher.certificates SET served_serial = NULL, served_checked_at = NULL',
    );
    expect((await roundAt(Date.now() + 3600_000)).deployed_serial).not.toBeNull();
    expect(alarms('acme.not_served')).toBe(0);
  });
});

describeWithPebble('a host', () => {
  it('gets a lost certificate again while the CA limits orders', async () => {
    const first = await round();
    world.ca.before = ({ path }) =>
      path === '/order-plz'
        ? {
            status: 429,
            headers: { 'content-type': 'application/problem+json', 'retry-after': '600000' },
            body: '{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many"}',
          }
        : undefined;
    const due = (first.renew_at?.getTime() ?? 0) + 1000;
    expect(await roundAt(due)).toMatchObject({ failures: 1, serial: first.serial });
    const ordered = newOrders().length;
    await rm(join(world.directory, name), { recursive: true });
    await roundAt(due + 7 * 3600_000);
    const mended = await roundAt(due + 7 * 3600_000 + 60_000);
    expect(mended).toMatchObject({ deployed_serial: first.serial, served_serial: first.serial, failures: 1 });
    expect(newOrders()).toHaveLength(ordered);
  });

  it('that cannot be reached has not lost the certificate', async () => {
    const closed = await freePort();
    app = await service({ ACME_CHECK_ADDRESS: `127.0.0.1:${closed}` });
    const { serial } = await round();
    expect(await roundAt(Date.now() + 30 * 3600_000)).toMatchObject({
      deployed_serial: serial,
      served_serial: null,
    });
    expect(alarms('acme.not_served')).toBe(0);
    expect(world.usher.logLines().join()).toContain('ECONNREFUSED');
  });
});

describeWithPebble('expiry warnings', () => {
  const subjects = async () => {
    await allMailsSent(world.usher);
    return subjectsTo(world.usher, 'operator@example.com');
  };

  it('are mailed once for each number of days with the reason, and again for the next certificate', async () => {
    const first = await round();
    world.ca.before = failOrders;
    const end = Date.now() + 90 * day;
    await roundAt(end - 20 * day);
    expect(await subjects()).toEqual([]);
    for (const left of [13, 12.5, 5, 4, 0.5, -1, -2]) await roundAt(end - left * day);
    const all = await subjects();
    expect(all).toHaveLength(4);
    expect(new Set(all)).toEqual(
      new Set([expect.stringMatching(/^The certificate of renewed\.usher\.dev expires at \d{4}-\d\d-\d\d/)]),
    );
    const mail = await world.usher.mail.waitFor(({ to }) => to.includes('operator@example.com'));
    expect(mail.text).toContain('serverInternal: status 503');
    expect(mail.text).not.toContain('PRIVATE');
    world.ca.before = () => undefined;
    const second = await roundAt(end + 3 * day);
    expect(second.serial).not.toBe(first.serial);
    // The clock of the CA is not moved, so the new certificate has expired too.
    expect(await subjects()).toHaveLength(5);
  });
});
