import { afterAll, afterEach, expect, it } from '@jest/globals';
import type { TotpEnrolmentResponse } from '#contracts';
import { personWith } from '../support/builders/admins.js';
import { createDeviseDatabase } from '../support/drivers/database.js';
import {
  audit,
  call,
  enabled,
  enrol,
  factorsOf,
  mails,
  outcome,
  removed,
  openWithFactors,
  usher,
  verify,
  withApp,
} from '../support/drivers/second-factor.js';
import { nextTotp, poolPassword } from '../support/builders/pool-users.js';
import { signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { startTcpProxy, type TcpProxy } from '../support/fakes/tcp-proxy.js';
import { until } from '../support/drivers/until.js';

let connection: TcpProxy;
openWithFactors(async () => {
  const database = await createDeviseDatabase();
  connection = await startTcpProxy(database.url);
  return { ...database, url: connection.url };
});
afterEach(() => connection.restore());
afterAll(() => connection.cut());

const nothingUnfinished = async () =>
  (await usher.database.sql('SELECT 1 FROM usher.mfa_changes')).length === 0;

it('reports an app as enabled when the database becomes unavailable meanwhile', async () => {
  const person = await personWith(usher, 'dark@example.org');
  const other = await signInWithTokens(usher.api, { email: person.email, password: poolPassword });
  const { secretCode } = (await enrol(person)).body as unknown as TotpEnrolmentResponse;
  const held = usher.proxy.holdAnswer('SetUserMFAPreference');
  const answer = verify(person, nextTotp(usher, secretCode));
  await held.done;
  await connection.cut();
  held.release();
  expect(outcome(await answer)).toBe('204');
  await connection.restore();
  await usher.database.sql('UPDATE usher.mfa_changes SET next_try_at = now()');
  await until(nothingUnfinished, 20_000);
  // The API adds the session to its revocation list after the commit that this connection sees.
  await until(async () => (await statusWith(usher.api, other.accessToken)) === 401, 5000);
  expect((await audit(person)).map(({ action, details }) => [action, details])).toEqual([
    ['enable-totp', {}],
  ]);
  expect(await mails(person.email)).toEqual([enabled]);
});

it('does not repeat a removal that succeeded during an outage of the database', async () => {
  const person = await withApp('dark-removal@example.org');
  const boss = await personWith(usher, 'dark-boss@example.org', 'admin');
  const held = usher.proxy.holdAnswer('AdminSetUserMFAPreference');
  const answer = call(boss, 'DELETE', `/admin/users/${person.id}/mfa`);
  await held.done;
  await connection.cut();
  held.release();
  expect(outcome(await answer)).toBe('204');
  await connection.restore();
  expect(await factorsOf(person.email)).toEqual([]);
  const sentBefore = usher.proxy.arrived.length;
  await usher.database.sql('UPDATE usher.mfa_changes SET next_try_at = now()');
  await until(nothingUnfinished, 20_000);
  expect(usher.proxy.arrived.slice(sentBefore)).not.toContain('AdminSetUserMFAPreference');
  expect(await mails(person.email)).toEqual([enabled, removed]);
});
