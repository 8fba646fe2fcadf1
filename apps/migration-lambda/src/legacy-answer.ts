import type { AwsAuthResponse } from '#contracts';
import { UsherFailure } from './usher-failure.js';

/** An answer with what `USER_ATTRIBUTES` asks of it, as it came. */
export type LegacyAnswer = AwsAuthResponse & { further: ReadonlyMap<string, unknown> };

/** A person whom the old application knows, with what Cognito must be told about every user. */
export type LegacyUser = LegacyAnswer & { id: number; email: string };

/**
 * Checks an answer to `POST /aws/auth`, Usher's or the original Rails endpoint's, which may leave keys out and write
 * the id as a string. Written by hand because a validation library would double the Lambda's start.
 */
export function legacyAnswer(body: unknown, furtherKeys: Iterable<string> = []): LegacyAnswer {
  if (!isRecord(body)) throw nonsense('not an object');
  const answer = {
    id: readId(own(body, 'id')),
    first_name: readText(body, 'first_name'),
    last_name: readText(body, 'last_name'),
    email: readText(body, 'email'),
    authentication_hash: readText(body, 'authentication_hash'),
    user_exists: readYesOrNo(body, 'user_exists'),
    success: readYesOrNo(body, 'success'),
    email_verified: readOptionalYesOrNo(body, 'email_verified'),
    password_reset_allowed: readOptionalYesOrNo(body, 'password_reset_allowed'),
    sign_up_allowed: readOptionalYesOrNo(body, 'sign_up_allowed'),
    further: new Map(Array.from(furtherKeys, (key) => [key, own(body, key)])),
  };
  if (answer.success && !answer.user_exists) throw nonsense('success without user_exists');
  return answer;
}

/** For an answer that speaks of a person: one without id or address must not become a user of the pool. */
export function legacyUser(answer: LegacyAnswer): LegacyUser {
  const { id, email } = answer;
  if (id === null) throw nonsense('id');
  if (!email) throw nonsense('email');
  return { ...answer, id, email };
}

type Json = Record<string, unknown>;

function isRecord(body: unknown): body is Json {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/** Not `constructor` and the like, which every object has. */
function own(body: Json, key: string): unknown {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

function readId(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const id = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  // Beyond 2^53 a number is no longer the one that was sent, and would link somebody else's row.
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0) throw nonsense('id');
  return id;
}

function readText(body: Json, key: keyof AwsAuthResponse): string | null {
  const value = own(body, key) ?? null;
  if (value !== null && typeof value !== 'string') throw nonsense(key);
  return value;
}

function readYesOrNo(body: Json, key: keyof AwsAuthResponse): boolean {
  const value = own(body, key);
  if (typeof value !== 'boolean') throw nonsense(key);
  return value;
}

function readOptionalYesOrNo(body: Json, key: keyof AwsAuthResponse): boolean | undefined {
  return (own(body, key) ?? null) === null ? undefined : readYesOrNo(body, key);
}

function nonsense(what: string): UsherFailure {
  return new UsherFailure(`nonsense: ${what}`);
}
