import { beforeAll, expect, it } from '@jest/globals';
import type { AuditEntryResponse } from '#contracts';
import { type Person, personWith } from '../support/builders/admins.js';
import { runCommand } from '../support/drivers/command.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

let admin: Person;
const usher = openUsher({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
beforeAll(async () => {
  admin = await personWith(usher, 'the-admin@example.org', 'admin');
});

const from = (who: Person, address: string, requestId: string) => ({
  ...who.headers,
  'x-forwarded-for': address,
  'x-request-id': requestId,
});

const entriesOf = async ({ id }: Pick<Person, 'id'>) => {
  const { body } = await usher.api.get(`/admin/audit?user=${id}`, admin.headers);
  return (body.entries as AuditEntryResponse[]).map(({ action, requestId, address }) => ({
    action,
    requestId,
    address,
  }));
};

const updateProfile = (who: Person, address: string, requestId: string) =>
  usher.api.call('PATCH', '/users/me', {
    headers: from(who, address, requestId),
    body: { firstName: requestId },
  });

it('records the request ID and the address of the caller behind trusted proxies', async () => {
  const person = await personWith(usher, 'caller@example.org');
  await updateProfile(person, '203.0.113.7', 'request-1');
  await updateProfile(person, '198.51.100.1, ::ffff:203.0.113.8', 'request-2');
  await updateProfile(person, '2001:db8::7', 'request-3');
  // The change and its entry are written for any value from a proxy.
  expect((await updateProfile(person, 'unknown', 'request-4')).status).toBe(200);
  const action = 'update-profile';
  expect(await entriesOf(person)).toEqual([
    { action, requestId: 'request-4', address: null },
    { action, requestId: 'request-3', address: '2001:db8::7' },
    { action, requestId: 'request-2', address: '203.0.113.8' },
    { action, requestId: 'request-1', address: '203.0.113.7' },
  ]);
});

it('records no request ID and no address for a command of an operator', async () => {
  const person = await personWith(usher, 'operated@example.org');
  const { status } = await runCommand(['users', 'roles', person.email, '--add', 'editor'], usher.variables);
  expect(status).toBe(0);
  expect(await entriesOf(person)).toEqual([{ action: 'set-roles', requestId: null, address: null }]);
});

it('removes the addresses of a deleted user, as actor and as target, and of no other user', async () => {
  const person = await personWith(usher, 'deleted@example.org', 'support');
  const somebody = await personWith(usher, 'somebody@example.org');
  await updateProfile(person, '203.0.113.9', 'own');
  await updateProfile(somebody, '203.0.113.10', 'kept');
  const support = { headers: from(person, '203.0.113.9', 'as-support') };
  expect((await usher.api.call('DELETE', `/admin/users/${somebody.id}/sessions`, support)).status).toBe(204);
  const headers = from(admin, '203.0.113.11', 'deletion');
  expect((await usher.api.delete(`/admin/users/${person.id}`, headers)).status).toBe(202);
  await until(async () => (await entriesOf(person))[0]?.action === 'finish-erasure');
  // The job runs after the request that started it, outside of its request context.
  expect(await entriesOf(person)).toEqual([
    { action: 'finish-erasure', requestId: null, address: null },
    { action: 'request-erasure', requestId: 'deletion', address: null },
    { action: 'update-profile', requestId: 'own', address: null },
  ]);
  expect(await entriesOf(somebody)).toEqual([
    { action: 'end-sessions', requestId: 'as-support', address: null },
    { action: 'update-profile', requestId: 'kept', address: '203.0.113.10' },
  ]);
});
