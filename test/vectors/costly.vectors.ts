import { describe, expect, it } from '@jest/globals';
import { convertsVectors } from '../support/contracts/cognito-hash.js';
import {
  readsLabels,
  readsPadding,
  refusesChanges,
  verifiesVectors,
} from '../support/contracts/hash-vector.js';
import {
  isCostly,
  labelledVectors,
  moreVectors,
  oneOfEachFormat,
  vectorsOfFrameworks,
} from '../support/builders/hash-vectors.js';

// The specs of libs/password-hashes run the same contracts with the cheap vectors.
const labelled = labelledVectors.filter(isCostly);
const plain = [...vectorsOfFrameworks, ...moreVectors].filter(isCostly);

describe('costly vectors', () => {
  it('are found', () => expect(Math.min(labelled.length, plain.length)).toBeGreaterThan(10));
  verifiesVectors([...labelled, ...moreVectors.filter(isCostly)]);
  convertsVectors([...labelled, ...plain]);
});

describe('a stored string', () => {
  readsPadding([...labelled, ...oneOfEachFormat(plain)]);
  readsLabels(labelled);
  refusesChanges(oneOfEachFormat(plain));
});
