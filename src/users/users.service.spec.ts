import { expect, it } from '@jest/globals';
import { findAccountState, findLegacyAccount } from './users.service.js';

it('selects no hash to find the state of an account', () => {
  const hashes = /encrypted_password|authentication_hash/;
  expect(findLegacyAccount.text).toMatch(hashes);
  expect(findAccountState.text).not.toMatch(hashes);
});
