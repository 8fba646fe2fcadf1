import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { createDeviseDatabase, type TestDatabase } from '../../test/support/drivers/database.js';
import { deviseUser } from '../../test/support/builders/devise-users.js';
import { minimalEnvironment } from '../../test/support/builders/environment.js';
import { loadConfig } from '../common/config/config.js';
import { resolveColumns } from '../common/database/users-columns.js';
import { CoreModule } from '../core.module.js';
import { findAccountState, findLegacyAccount } from './users.service.js';

let database: TestDatabase;
let module: TestingModule;
beforeAll(async () => {
  database = await createDeviseDatabase();
  const config = loadConfig({ ...minimalEnvironment, DATABASE_URL: database.url });
  // Runs the migrations.
  module = await Test.createTestingModule({ imports: [CoreModule.register(config)] }).compile();
  await module.init();
});
afterAll(async () => {
  await module.close();
  await database.drop();
});

it('selects no hash for the state of an account', async () => {
  const { email } = deviseUser('plain');
  const [legacy] = await database.sql(resolveColumns(findLegacyAccount.text), [[email], null]);
  const [state] = await database.sql(resolveColumns(findAccountState.text), [[email], null]);
  const hashes = [legacy?.passwordHash, legacy?.authenticationHash];
  expect(hashes).toContainEqual(expect.any(String));
  expect(Object.keys(state ?? {})).toContain('id');
  expect(Object.values(state ?? {})).not.toContain(legacy?.passwordHash);
  expect(Object.keys(state ?? {}).filter((name) => /hash|encrypted_password/i.test(name))).toEqual([]);
});
