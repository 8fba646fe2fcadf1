import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type AcmeWorld, startAcmeWorld } from '../support/drivers/acme-world.js';
import { describeWithPebble } from '../support/drivers/pebble.js';

let world: AcmeWorld;
beforeEach(async () => {
  // Requests are counted here; refused nonces have a separate test.
  world = await startAcmeWorld({ refusedNonces: 0 });
});
afterEach(() => world.close());

/** Kills the command at its nth request to the CA. Returns the path of the request; `undefined` if there were fewer. */
async function killedAt(step: number, when: 'before' | 'after', name: string) {
  const { child, exited } = world.issuingProcess(name);
  let sent = 0;
  let path: string | undefined;
  const kill = (request: { path: string }) => {
    sent += 1;
    if (sent !== step) return false;
    path = request.path;
    child.kill('SIGKILL');
    return true;
  };
  if (when === 'before') world.ca.before = (request) => (kill(request) ? 'cut' : undefined);
  else world.ca.after = (answer, request) => (kill(request) ? 'cut' : answer);
  const [status] = await exited;
  world.ca.before = () => undefined;
  world.ca.after = (answer) => answer;
  expect(status).toBe(path === undefined ? 0 : null);
  return path;
}

describeWithPebble('a process that is killed', () => {
  it.each(['before', 'after'] as const)(
    '%s any request of an order can be continued',
    async (when) => {
      for (let step = 1; ; step += 1) {
        const name = `killed-${step}.usher.dev`;
        const ordered = world.orders();
        const path = await killedAt(step, when, name);
        if (path === undefined) {
          expect(step).toBeGreaterThan(10);
          break;
        }
        await world.resume(name);
        await world.expectInPlace(name);
        // Only an order whose URL was never received is lost.
        const lost = when === 'after' && path === '/order-plz' ? 1 : 0;
        expect({ path, orders: world.orders() - ordered }).toEqual({ path, orders: 1 + lost });
      }
      expect(await world.usher.database.sql('SELECT 1 FROM usher.acme_accounts')).toHaveLength(1);
    },
    240_000,
  );

  it('during a deployment deploys the same certificate again', async () => {
    const name = 'host.usher.dev';
    const { exited } = world.issuingProcess(name, { ACME_RELOAD_COMMAND: 'kill -9 $PPID' });
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect((await world.stored())[0]).toMatchObject({ deployed_serial: null, step: 'deploying' });
    await world.resume(name);
    await world.expectInPlace(name);
    expect(world.orders()).toBe(1);
  });
});
