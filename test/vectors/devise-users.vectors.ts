import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyPassword } from '../../libs/password-hashes/src/index.js';
import { createDeviseDatabase, type TestDatabase } from '../support/drivers/database.js';
import { deviseUsers } from '../support/builders/devise-users.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDeviseDatabase({ originalHashes: true });
});
afterAll(() => database.drop());

const hashOf = async (id: number) =>
  (
    await database.sql<{ hash: string }>('SELECT encrypted_password AS hash FROM users WHERE id = $1', [id])
  )[0]?.hash ?? '';

describe.each(deviseUsers.filter((user) => !user.blank_hash).map((user) => [user.key, user] as const))(
  'the hash that Devise made for %s',
  (_key, user) => {
    it('accepts the passwords that Devise accepts', async () => {
      const hash = await hashOf(user.id);
      const right = [user.password, ...user.also_accepts];
      const wrong = [user.wrong_password, ...user.also_rejects];
      for (const password of right) expect(await verifyPassword(password, hash)).toMatch(/^match/);
      for (const password of wrong) expect(await verifyPassword(password, hash)).toBe('mismatch');
    });
  },
);
