import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { verifySync as verifyArgon2 } from '@node-rs/argon2';
import bcrypt from 'bcryptjs';
import {
  type CognitoHash,
  type SchemeName,
  toCognitoHash,
  type VerifyOptions,
} from '../../../libs/password-hashes/src/index.js';
import type { Vector } from '../builders/hash-vectors.js';

/** Encodings and bounds of "Importing users with password hashes" (Cognito developer guide), written without our parser. */
const encodings = {
  BCRYPT: /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/,
  SCRYPT: /^(\d+)\$(\d+)\$(\d+)\$((?:[0-9a-f]{2})+)\$((?:[0-9a-f]{2})+)$/,
  ARGON2ID: /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}$/,
  PBKDF2_SHA256: /^\$pbkdf2-sha256\$(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/,
};
const bounds = {
  BCRYPT: [12],
  SCRYPT: [65_536, 8, 1],
  ARGON2ID: [19_456, 2, 1],
  PBKDF2_SHA256: [600_000],
};

/** @throws if the hash is not in the encoding of its algorithm or exceeds a bound */
function readCognitoHash({ algorithm, hash }: CognitoHash): string[] {
  const [match, ...fields] = encodings[algorithm].exec(hash) ?? [];
  if (match === undefined) throw new Error(`${hash} is no ${algorithm}`);
  for (const [index, most] of bounds[algorithm].entries())
    if (!(Number(fields[index]) <= most)) throw new Error(`${hash} exceeds the bounds`);
  return fields;
}

export const isCognitoHash = (converted: CognitoHash): boolean => readCognitoHash(converted).length > 0;

/** Whether Cognito accepts the password for an imported hash. bcryptjs has no `$2x$`, which differs for non-ASCII passwords. */
export function cognitoAccepts(converted: CognitoHash, password: string): boolean {
  const [one = '', two = '', three = '', four = '', five = ''] = readCognitoHash(converted);
  const { algorithm, hash } = converted;
  switch (algorithm) {
    case 'BCRYPT':
      return bcrypt.compareSync(password, hash.replace('$2x$', '$2y$'));
    case 'SCRYPT': {
      const cost = { N: Number(one), r: Number(two), p: Number(three), maxmem: 2 ** 27 };
      const digest = Buffer.from(five, 'hex');
      return scryptSync(password, Buffer.from(four, 'hex'), digest.length, cost).equals(digest);
    }
    case 'ARGON2ID':
      return verifyArgon2(hash, password);
    case 'PBKDF2_SHA256': {
      const digest = Buffer.from(three, 'base64');
      return pbkdf2Sync(password, Buffer.from(two, 'base64'), Number(one), 32, 'sha256').equals(digest);
    }
  }
}

export function convertVector({ hash, format, options }: Vector): ReturnType<typeof toCognitoHash> {
  const peppers = options.pepper === undefined ? [] : [String(options.pepper)];
  const verifyOptions: VerifyOptions = { scheme: format as SchemeName, peppers };
  return toCognitoHash(hash, verifyOptions);
}

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** The accepted and refused passwords of each vector that converts. */
export function convertsVectors(vectors: Vector[]): void {
  const converting = vectors.flatMap((vector) => {
    const converted = convertVector(vector);
    return 'hash' in converted ? [[`${vector.id} ${vector.label}`, vector, converted] as const] : [];
  });

  it.each(converting)('%s accepts the same passwords after the conversion', (_name, vector, converted) => {
    const { password, wrong_password, also_accepts, also_rejects } = vector;
    const isKnown = (text: string) => converted.risk === undefined || isAscii(text);
    for (const right of [password ?? '', ...also_accepts].filter(isKnown))
      expect({ right, accepted: cognitoAccepts(converted, right) }).toEqual({ right, accepted: true });
    for (const wrong of [wrong_password, ...also_rejects].filter(isKnown))
      expect({ wrong, accepted: cognitoAccepts(converted, wrong) }).toEqual({ wrong, accepted: false });
  });
}
