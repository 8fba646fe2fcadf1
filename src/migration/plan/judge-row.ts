import { parseEmailAddress } from '#contracts/email-address';
import { inspectHash, isBlankHash, type VerifyOptions } from '#password-hashes';
import type { LegacyUser } from '../../legacy/legacy-source.js';
import type { AttributeFinding } from './pool-attributes.js';

/**
 * How a legacy user gets into the pool. `import`: with the hash, by Cognito's user import. `sign_in`: at the first sign-in, by the
 * migration Lambda. `reset`: by a reset of the password. `blocked`: not as things are.
 */
export type Way = 'import' | 'sign_in' | 'reset' | 'blocked';

/** In the order of reports. */
export const findingIds = [
  'address_blank',
  'address_invalid',
  'address_duplicate',
  'hash_missing',
  'hash_unknown',
  'hash_impossible',
  'hash_too_costly',
  'blocked',
  'unverified',
  'attribute_too_long',
  'attribute_missing',
  'import_hash_changed',
] as const;
export type FindingId = (typeof findingIds)[number];

export interface JudgeOptions {
  /** How stored hashes are read: scheme of plain digests, and peppers. */
  hashes: VerifyOptions;
  /** Absent if the schema of the pool is not known. */
  checkAttributes?: ((user: LegacyUser, email: string) => AttributeFinding[]) | undefined;
}

export interface Judgement {
  way: Way;
  /** Name of the scheme; `unknown`; `null` without a hash */
  format: string | null;
  /** Without `address_duplicate`, which needs the other rows, and `import_hash_changed`, which needs the records of the import. */
  findings: FindingId[];
  /** The canonical address if it is valid and the row is live: two such rows with one address are duplicates. */
  address: string | undefined;
  /** Whether the operator has to decide something. A hash that only Cognito's import refuses migrates at a sign-in. */
  needsDecision: boolean;
}

/** The last instant of a Date: a lock without end. */
const endOfTime = 8.64e15;

/** Judges one row by itself. A lock that ends is no finding. */
export function judgeRow(user: LegacyUser, options: JudgeOptions): Judgement {
  const { address: email, isBlocked, findings: others } = judgePerson(user, options);
  const findings: FindingId[] = email === undefined ? others.splice(0, 1) : [];
  const { format, way: wayOfHash } = judgeHash(user.passwordHash, options.hashes, findings);
  findings.push(...others);
  return {
    way: isBlocked ? 'blocked' : wayOfHash,
    format,
    findings,
    // As in lookups, blocked rows do not count.
    address: user.blocked ? undefined : email,
    needsDecision: findings.some((id) => id !== 'hash_too_costly' || wayOfHash === 'reset'),
  };
}

/** What a row says apart from its hash. */
export interface PersonJudgement {
  /** The canonical address. */
  address: string | undefined;
  /** Whether the user cannot sign in, whatever the hash is. */
  isBlocked: boolean;
  findings: FindingId[];
}

/** A part of `judgeRow`, for callers that read the hash themselves. */
export function judgePerson(user: LegacyUser, { checkAttributes }: JudgeOptions): PersonJudgement {
  const findings: FindingId[] = [];
  const address = judgeAddress(user, findings);
  const blocked = user.blocked || user.lockedUntil?.getTime() === endOfTime;
  if (blocked) findings.push('blocked');
  if (!user.verified) findings.push('unverified');
  if (address !== undefined && checkAttributes) findings.push(...checkAttributes(user, address));
  return { address, isBlocked: address === undefined || blocked || !user.verified, findings };
}

/** @returns the canonical address, by which rows are found; `undefined` if it is invalid */
export function addressOf({ email }: LegacyUser): string | undefined {
  const address = parseEmailAddress(email);
  return address && `${address.local}@${address.domain}`;
}

function judgeAddress(user: LegacyUser, findings: FindingId[]): string | undefined {
  const address = addressOf(user);
  if (address !== undefined) return address;
  const { email } = user;
  findings.push(email === null || email.trim() === '' ? 'address_blank' : 'address_invalid');
  return undefined;
}

const findingOfRefusal = {
  unknown: 'hash_unknown',
  impossible: 'hash_impossible',
  too_costly: 'hash_too_costly',
} as const;

function judgeHash(
  hash: string | null,
  options: VerifyOptions,
  findings: FindingId[],
): { format: string | null; way: Exclude<Way, 'blocked'> } {
  if (hash === null || isBlankHash(hash)) {
    findings.push('hash_missing');
    return { format: null, way: 'reset' };
  }
  const inspection = inspectHash(hash, options);
  if (!inspection.verifiable) {
    findings.push(findingOfRefusal[inspection.why]);
    return { format: inspection.format ?? 'unknown', way: 'reset' };
  }
  const { format, cognitoImport } = inspection;
  if (cognitoImport.converts) return { format, way: 'import' };
  if (cognitoImport.reason === 'too_costly') findings.push('hash_too_costly');
  return { format, way: 'sign_in' };
}
