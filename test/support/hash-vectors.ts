import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { type SchemeName, verifyPassword } from '../../libs/password-hashes/src/index.js';

export interface Vector {
  id: string;
  label: string;
  format: string;
  hash: string;
  password: string | null;
  wrong_password: string;
  also_accepts: string[];
  also_rejects: string[];
  options: Record<string, string | number>;
}

const readVectors = (file: string) =>
  (JSON.parse(readFileSync(file, 'utf8')) as { entries: Vector[] }).entries;

/** Made by the frameworks themselves, at the costs that they have. */
export const vectorsOfFrameworks = readVectors('test/fixtures/password-hashes.json');

/** Cheaper ones, which say in `made_by` what made them. */
export const moreVectors = readVectors('test/fixtures/more-password-hashes.json');

/** With labels, and in frameworks' own layouts; most are those that the writers publish. */
export const labelledVectors = readVectors('test/fixtures/labelled-password-hashes.json');

/** The last of each format. */
export const oneOfEachFormat = (vectors: Vector[]): Vector[] => [
  ...new Map(vectors.filter(({ password }) => password !== null).map((v) => [v.format, v])).values(),
];

export const accepted = (outcome: string) => outcome.startsWith('match');

/** Does a vector's hash, or another string in its place, take this password? */
export function checker({ hash, format, options }: Vector) {
  const text = (key: string) => String(options[key]);
  const firebase = {
    salt: text('salt'),
    saltSeparator: text('salt_separator'),
    rounds: Number(options.rounds),
    memCost: Number(options.mem_cost),
    signerKey: text('signer_key'),
  };
  const peppers = options.pepper === undefined ? [] : [text('pepper')];
  const scheme = format as SchemeName;
  return async (password: string, stored = hash) =>
    accepted(
      await verifyPassword(password, stored, {
        scheme,
        peppers,
        ...(format === 'firebase_scrypt' && { firebase }),
      }),
    );
}

export async function expectToHold(vector: Vector): Promise<void> {
  const check = checker(vector);
  if (vector.password !== null) expect(await check(vector.password)).toBe(true);
  expect(await check(vector.wrong_password)).toBe(false);
  for (const password of vector.also_accepts) expect(await check(password)).toBe(true);
  for (const password of vector.also_rejects) expect(await check(password)).toBe(false);
}
