import { expect, it } from '@jest/globals';
import * as sql from './users.sql.js';

it('selects no hash to find the state of an account', () => {
  const hashes = /encrypted_password|authentication_hash/;
  expect(sql.findLegacyAccount.text).toMatch(hashes);
  expect(sql.findAccountState.text).not.toMatch(hashes);
});
