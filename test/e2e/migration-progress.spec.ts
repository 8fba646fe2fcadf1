import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationProgressResponse } from '#contracts';
import { type Person, personWith } from '../support/builders/admins.js';
import { ada, signInWithTokens } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

let admin: Person;
let auditor: Person;
let support: Person;
const usher = openUsher();
beforeAll(async () => {
  admin = await personWith(usher, 'the-admin@example.org', 'admin');
  auditor = await personWith(usher, 'the-auditor@example.org', 'auditor');
  support = await personWith(usher, 'the-support@example.org', 'support');
});

const progress = (query = '', { headers }: Pick<Person, 'headers'> = admin) =>
  usher.api.get(`/migration/progress${query}`, headers);

describe('GET /migration/progress', () => {
  it('is available to administrators and auditors only', async () => {
    const statuses = await Promise.all(
      [admin, auditor, support, { headers: {} }].map(async (who) => (await progress('', who)).status),
    );
    expect(statuses).toEqual([200, 200, 403, 401]);
  });

  it('shows each migration and each new legacy row immediately', async () => {
    const read = async () => (await progress('?days=1')).body as unknown as MigrationProgressResponse;
    const before = await read();
    const [rows] = await usher.database.sql<{ people: string }>('SELECT count(*) AS people FROM users');
    expect(before.people).toBe(Number(rows?.people));
    await signInWithTokens(usher.api, ada);
    await usher.database.sql(
      `INSERT INTO users (email, encrypted_password, confirmed_at, current_sign_in_at, created_at, updated_at)
       SELECT 'by-rails-' || n || '@example.com', '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g', now(), now(), now(), now()
       FROM generate_series(1, 5) AS n`,
    );
    const after = await read();
    expect(after.people - before.people).toBe(5);
    expect(after.left - before.left).toBe(4);
    expect(after.perDay).toEqual([{ ...before.perDay[0], migrated: (before.perDay[0]?.migrated ?? 0) + 1 }]);
    expect(after.formats).toContainEqual({ format: '$argon2id$', people: 5, supported: true });
    expect(after.verdict.canSwitchOff).toBe(false);
  });

  it.each([
    '?days=0',
    '?days=367',
    '?days=x',
    '?days=1&days=2',
    '?inactiveAfter=121',
    '?inactiveAfter=-1',
    '?more=1',
  ])('refuses %s and names the error', async (query) => {
    const { status, body } = await progress(query);
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'request.invalid' });
    expect(body.errors?.length).toBe(1);
  });
});
