import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type AcmeWorld, isGoodFor, startAcmeWorld } from '../support/drivers/acme-world.js';
import type { CaAnswer } from '../support/fakes/ca-proxy.js';
import { describeWithPebble } from '../support/drivers/pebble.js';
import { until } from '../support/drivers/until.js';

const name = 'troubled.usher.dev';

let world: AcmeWorld;
beforeEach(async () => {
  // Requests are counted here; refused nonces have a separate test.
  world = await startAcmeWorld({ refusedNonces: 0 });
});
afterEach(() => world.close());

const problem = (status: number, type: string, detail = 'in the words of the CA'): CaAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail }),
});

const page = (status: number): CaAnswer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<h1>No</h1>',
});

const isOrder = ({ path }: { path: string }) => path.startsWith('/my-order/');
const isFinalize = ({ path }: { path: string }) => path.startsWith('/finalize-order/');
const withStatus = (answer: CaAnswer, status: string): CaAnswer => ({
  ...answer,
  body: JSON.stringify({ ...(JSON.parse(answer.body) as object), status }),
});

function quiet(): void {
  world.ca.before = () => undefined;
  world.ca.after = (answer) => answer;
}

async function expectIssued(orders: number): Promise<void> {
  quiet();
  expect(await world.command(['issue'], name)).toMatchObject({ status: 0, err: '' });
  const [row] = await world.stored();
  expect(row && isGoodFor(row)).toBe(true);
  expect(world.orders()).toBe(orders);
}

const challenges = () => world.usher.database.sql('SELECT token FROM usher.acme_challenges');

describeWithPebble('an order is continued', () => {
  it.each([
    ['the error page of a proxy', page(429), 'serverInternal: status 429'],
    ['an error of a type outside of ACME', problem(503, 'about:blank'), 'about:blank'],
    ['a rate limit', problem(429, 'rateLimited'), 'rateLimited: in the words of the CA'],
    ['changed terms of service', problem(403, 'userActionRequired'), 'userActionRequired'],
  ])('after %s', async (_what, answer, reason) => {
    world.ca.before = (request) => (isOrder(request) ? answer : undefined);
    const { status, err } = await world.command(['issue'], name);
    expect(status).toBe(1);
    expect(err).toContain(reason);
    await expectIssued(1);
  });

  it('after a connection error during validation, and the challenge stays published', async () => {
    world.ca.before = (request) => (isOrder(request) ? 'cut' : undefined);
    world.ca.after = (answer, { path }) => (path.startsWith('/chalZ/') ? 'cut' : answer);
    expect((await world.command(['issue'], name)).status).toBe(1);
    expect(await challenges()).toHaveLength(1);
    await expectIssued(1);
  });

  it('when the CA answers with an outdated state', async () => {
    let stale = 0;
    world.ca.after = (answer, request) => {
      if (isFinalize(request)) stale = 2;
      return isOrder(request) && stale-- > 0 ? withStatus(answer, 'ready') : answer;
    };
    expect(await world.command(['issue'], name)).toMatchObject({ status: 0, err: '' });
    expect(world.orders()).toBe(1);
  });
});

describeWithPebble('an order is dropped', () => {
  it('in a final state without certificate', async () => {
    world.ca.after = (answer, request) => (isOrder(request) ? withStatus(answer, 'deactivated') : answer);
    const { status, err } = await world.command(['issue'], name);
    expect({ status, err }).toEqual({
      status: 1,
      err: `${name}: orderNotReady: the order is deactivated, and the CA gives no reason\n`,
    });
    await expectIssued(2);
  });

  it('when the CA refuses its CSR', async () => {
    world.ca.before = (request) => (isFinalize(request) ? problem(400, 'badCSR') : undefined);
    expect((await world.command(['issue'], name)).err).toContain('badCSR');
    await expectIssued(2);
  });

  it('that the CA does not know', async () => {
    world.ca.before = (request) => (isFinalize(request) ? 'cut' : undefined);
    await world.command(['issue'], name);
    const known = (await world.stored())[0]?.order_url ?? '';
    world.ca.before = ({ path }) => (known.endsWith(path) ? problem(404, 'malformed') : undefined);
    expect((await world.command(['issue'], name)).status).toBe(0);
    expect(world.orders()).toBe(2);
  });
});

describeWithPebble('several certificates', () => {
  it('are independent of one that fails', async () => {
    world.ca.before = ({ payload }) =>
      JSON.stringify(payload)?.includes('"bad.usher.dev"')
        ? problem(400, 'rejectedIdentifier', 'no\u0000\u001b[2J\nnames')
        : undefined;
    const { status, out, err } = await world.command(['issue'], `bad.usher.dev; ${name}`);
    expect({ status, err }).toEqual({
      status: 1,
      err: 'bad.usher.dev: rejectedIdentifier: no\\u{0}\\u{1b}[2J\\u{a}names\n',
    });
    expect(out).toContain(`${name}: up to date`);
    const [bad, good] = await world.stored();
    expect(bad).toMatchObject({ failures: 1, chain: null });
    expect(good && isGoodFor(good)).toBe(true);
  });
});

describeWithPebble('a process', () => {
  it('that loses its lock leaves the order to the next process', async () => {
    let arrived = false;
    let resume = (): void => undefined;
    const held = new Promise<void>((resolve) => (resume = resolve));
    world.ca.before = async (request) => {
      if (!isFinalize(request) || arrived) return undefined;
      arrived = true;
      await held;
      return undefined;
    };
    const first = world.command(['issue'], name);
    await until(() => arrived);
    expect((await world.command(['issue'], name)).status).toBe(3);
    await world.usher.database.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
       WHERE locktype = 'advisory' AND objid = 2263 AND datname = current_database()`,
    );
    let second = await world.command(['issue'], name);
    await until(async () => {
      if (second.status === 3) second = await world.command(['issue'], name);
      return second.status !== 3;
    });
    expect(second).toMatchObject({ status: 0, err: '' });
    const before = await world.stored();
    resume();
    expect((await first).status).toBe(1);
    expect(await world.stored()).toEqual(before);
    expect(before[0] && isGoodFor(before[0])).toBe(true);
    expect(before[0]).toMatchObject({ failures: 0, last_error: null });
    expect(world.orders()).toBe(1);
  });

  it('that shuts down does not wait for an order, and the next process continues it', async () => {
    world.ca.after = (answer, request) => (isOrder(request) ? withStatus(answer, 'pending') : answer);
    const service = await world.usher.startProcess(world.variables(name));
    await until(() => world.ca.requests.filter(isOrder).length > 3);
    await service.stop();
    expect((await world.stored())[0]).toMatchObject({ failures: 0, chain: null });
    await expectIssued(1);
  });
});
