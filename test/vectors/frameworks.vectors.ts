import { describe, expect, it } from '@jest/globals';
import { expectToHold, vectorsOfFrameworks } from '../support/builders/hash-vectors.js';

describe('vectors made by the frameworks', () => {
  it('are loaded', () => expect(vectorsOfFrameworks.length).toBeGreaterThan(90));

  it.each(vectorsOfFrameworks.map((vector) => [`${vector.id} ${vector.label}`, vector] as const))(
    '%s',
    (_name, vector) => expectToHold(vector),
    20_000,
  );
});
