import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type AcmeWorld, startAcmeWorld } from '../support/drivers/acme-world.js';
import type { CaAnswer } from '../support/fakes/ca-proxy.js';
import { describeWithPebble } from '../support/drivers/pebble.js';
import { until } from '../support/drivers/until.js';

let world: AcmeWorld;
beforeEach(async () => {
  // Requests are counted here; refused nonces have a separate test.
  world = await startAcmeWorld({ refusedNonces: 0 });
});
afterEach(() => world.close());

const refusal = (type: string, headers: CaAnswer['headers'] = {}): CaAnswer => ({
  status: 429,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail: 'in the words of the CA' }),
});

const isNewOrder = ({ path }: { path: string }) => path === '/order-plz';

describeWithPebble('two API processes', () => {
  it('order once, and each continues where the other was killed', async () => {
    const name = 'two.usher.dev';
    const variables = world.variables(name);
    let finalized = false;
    world.ca.before = ({ path }) => {
      if (!path.startsWith('/finalize-order/')) return undefined;
      finalized = true;
      return 'cut';
    };
    const [one, two] = await Promise.all([
      world.usher.startProcess(variables),
      world.usher.startProcess(variables),
    ]);
    await until(() => finalized);
    await until(async () => (await world.stored())[0]?.failures === 1);
    const failed = () => [one, two].filter((each) => each.logLines().join().includes('acme.failed'));
    await until(() => failed().length > 0);
    const tried = failed();
    expect(tried).toHaveLength(1);
    await tried[0]?.kill();
    world.ca.before = () => undefined;
    await world.usher.database.sql('UPDATE usher.certificates SET next_order_at = now()');
    await world.usher.startProcess(variables);
    await until(async () => (await world.stored())[0]?.deployed_serial !== null);
    await world.expectInPlace(name);
    expect(world.orders()).toBe(1);
  });
});

describeWithPebble('a CA', () => {
  it('that goes down during an order gets a request for the same order again', async () => {
    const name = 'down.usher.dev';
    let down = false;
    world.ca.before = ({ path }) => {
      down ||= path.startsWith('/authZ/');
      return down ? 'cut' : undefined;
    };
    const { status, err } = await world.command(['issue'], name);
    expect({ status, err }).toEqual({ status: 1, err: `${name}: The CA does not answer (ECONNRESET)\n` });
    expect((await world.stored())[0]).toMatchObject({
      failures: 1,
      last_error: 'The CA does not answer (ECONNRESET)',
    });
    down = false;
    world.ca.before = () => undefined;
    await world.resume(name);
    await world.expectInPlace(name);
    expect(world.orders()).toBe(1);
  });

  it('that answers with an internal error is retried', async () => {
    world.ca.before = (request) =>
      isNewOrder(request) ? { status: 500, headers: { 'content-type': 'text/html' }, body: 'oh' } : undefined;
    const { status, err } = await world.command(['issue'], 'trouble.usher.dev');
    expect(status).toBe(1);
    expect(err).toMatch(/^trouble\.usher\.dev: \S/);
    world.ca.before = () => undefined;
    await world.resume('trouble.usher.dev');
  });

  it('that sees a wrong key authorization reports it, and gets a new order', async () => {
    const { database } = world.usher;
    await database.sql(
      `CREATE FUNCTION garble() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN NEW.key_authorization := NEW.token || '.of-another-account'; RETURN NEW; END $$`,
    );
    await database.sql(
      'CREATE TRIGGER garble BEFORE INSERT ON usher.acme_challenges FOR EACH ROW EXECUTE FUNCTION garble()',
    );
    const name = 'wrong.usher.dev';
    const { status, err } = await world.command(['issue'], name);
    expect(status).toBe(1);
    expect(err).toMatch(/^wrong\.usher\.dev: .*of-another-account/);
    expect((await world.stored())[0]).toMatchObject({ order_url: null, chain: null });
    await database.sql('DROP TRIGGER garble ON usher.acme_challenges');
    await world.resume(name);
    await world.expectInPlace(name);
    expect(world.orders()).toBe(2);
  });

  it('that limits orders gets no request from any process before Retry-After', async () => {
    world.ca.before = (request) =>
      isNewOrder(request) ? refusal('rateLimited', { 'retry-after': '90000' }) : undefined;
    const variables = world.variables('limited.usher.dev');
    const first = await world.usher.startProcess(variables);
    await until(async () => (await world.stored())[0]?.failures === 1);
    await first.stop();
    const sent = world.ca.requests.length;
    const second = await world.usher.startProcess(variables);
    // Its first run is complete when it stops.
    await second.stop();
    expect(world.ca.requests).toHaveLength(sent);
    const [row] = await world.stored();
    expect(row?.last_error).toBe('rateLimited: in the words of the CA');
    const hours = ((row?.next_order_at.getTime() ?? 0) - Date.now()) / 3600_000;
    expect(hours).toBeGreaterThan(24.9);
    expect(hours).toBeLessThan(25.1);
    const { out } = await world.command(['list'], '');
    expect(out).toMatch(/failed 1 time, last: rateLimited: in the words of the CA; next try \d{4}-/);
  });

  it('that refuses nonces repeatedly is retried', async () => {
    let refused = 0;
    world.ca.before = ({ method, path }) => {
      if (method !== 'POST' || path === '/sign-me-up' || refused >= 3) return undefined;
      refused += 1;
      return { ...refusal('badNonce', { 'replay-nonce': 'a-new-one' }), status: 400 };
    };
    await world.resume('nonces.usher.dev');
    expect(refused).toBe(3);
  });

  it('that returns a wrong certificate gets a new order', async () => {
    await world.command(['issue'], 'other.usher.dev');
    const [other] = await world.stored();
    world.ca.after = (answer, { path }) =>
      path.startsWith('/certZ/') && answer.status === 200 ? { ...answer, body: other?.chain ?? '' } : answer;
    const name = 'swapped.usher.dev';
    const { status, err } = await world.command(['issue'], name);
    expect({ status, err }).toEqual({
      status: 1,
      err: `${name}: The CA returned an unusable certificate: it lacks ${name}\n`,
    });
    world.ca.after = (answer) => answer;
    await world.resume(name);
    await world.expectInPlace(name);
  });
});

describeWithPebble('an open order', () => {
  it('is shown by another process, step by step', async () => {
    const seen: string[] = [];
    const name = 'seen.usher.dev';
    let shown = Promise.resolve();
    world.ca.before = () => {
      shown = shown.then(async () => void seen.push((await world.command(['list'], '')).out));
      return undefined;
    };
    await world.resume(name);
    await shown;
    expect(seen.join('')).toMatch(/ordering since \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(seen.join('')).toContain(`validating ${name} (1 of 1) since`);
    expect((await world.command(['list'], '')).out).not.toContain('since');
  });
});
