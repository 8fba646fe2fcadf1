import { beforeAll, describe, expect, it } from '@jest/globals';
import { exception } from '../support/fakes/cognito-proxy.js';
import { withoutCredentials } from '../support/builders/addresses.js';
import { personWith } from '../support/builders/admins.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { allMailsSent, requestCode, subjectsTo } from '../support/drivers/mails.js';
import { createPoolUser, credentials } from '../support/builders/pool-users.js';
import { signInElsewhere, signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

let bare: ApiClient;
const usher = openUsher();
beforeAll(async () => {
  bare = await withoutCredentials(usher);
});

const newPassword = 'another-password-1';
const twice = { password: newPassword, passwordConfirmation: newPassword };
const changed = 'Your password was changed';

describe('without AWS credentials', () => {
  it('a reset is never applied to a row that is linked to another pool user', async () => {
    await createPoolUser(usher, 'bystander@example.com');
    const bystander = await signInWithTokens(usher.api, credentials('bystander@example.com'));
    const owner = await createPoolUser(usher, 'owner@example.com');
    // The row and the pool have different addresses, as after a change of address by another client.
    await usher.database.sql(
      `UPDATE users SET email = 'owner@example.com' WHERE email = 'bystander@example.com'`,
    );
    const code = await requestCode(usher, 'owner@example.com', bare);
    expect((await bare.post('/passwords/reset', { email: 'owner@example.com', code, ...twice })).status).toBe(
      204,
    );
    await until(async () => (await usher.database.sql('SELECT 1 FROM usher.password_changes')).length === 0);
    await allMailsSent(usher);
    const recorded = await usher.database.sql<{ sub: string }>('SELECT sub FROM usher.sign_outs');
    expect({
      bystander: await statusWith(usher.api, bystander.accessToken),
      told: subjectsTo(usher, 'owner@example.com').filter((subject) => subject === changed).length,
      ownerSignedOut: recorded.some(({ sub }) => sub === owner),
    }).toEqual({ bystander: 200, told: 0, ownerSignedOut: true });
  });

  it('a reset by an address that only the pool has revokes the sessions, also when Cognito becomes unavailable after its answer', async () => {
    const email = 'pool-only@example.com';
    const sub = await createPoolUser(usher, email);
    const before = await signInWithTokens(usher.api, credentials(email));
    await usher.database.sql(`UPDATE users SET email = 'row-only@example.com' WHERE cognito_sub = $1`, [sub]);
    const code = await requestCode(usher, email, bare);
    usher.proxy.answerWith('InitiateAuth', exception('InternalErrorException', '', 500));
    expect((await bare.post('/passwords/reset', { email, code, ...twice })).status).toBe(204);
    usher.proxy.answerWith('InitiateAuth', undefined);
    await until(async () => (await statusWith(usher.api, before.accessToken)) === 401, 20_000);
    expect((await usher.api.post('/auth/refresh', { refreshToken: before.refreshToken })).status).toBe(401);
  });
});

describe('a process that has just started', () => {
  it("revokes sessions of other clients, with Cognito's clock 30 s ahead and no request but for the pool’s keys", async () => {
    const admin = await personWith(usher, 'admin-new@example.com', 'admin');
    const person = await personWith(usher, 'person-new@example.com');
    usher.clock.advanceBy(30_000);
    try {
      const fresh = await withoutCredentials(usher);
      const thief = await signInElsewhere(usher, credentials(person.email));
      const headers = admin.headers;
      expect((await fresh.delete(`/admin/users/${person.id}/sessions`, headers)).status).toBe(204);
      await until(async () => (await statusWith(usher.api, thief.accessToken)) === 401, 5000);
      expect((await usher.api.post('/auth/refresh', { refreshToken: thief.refreshToken })).status).toBe(401);
    } finally {
      usher.clock.advanceBy(-30_000);
    }
  });
});
