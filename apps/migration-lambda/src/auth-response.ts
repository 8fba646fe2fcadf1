import type { AwsAuthResponse, UserId } from '#contracts';
import { UsherError } from './usher-error.js';

/** A checked response with the unchecked values of the keys in `USER_ATTRIBUTES`. */
export type AuthResponse = AwsAuthResponse & { additional: ReadonlyMap<string, unknown> };

/** A legacy user with the id and address that a pool user must have. */
export type LegacyUser = AuthResponse & { id: UserId; email: string };

/**
 * Checks a response of `POST /aws/auth`, from Usher or the original Rails endpoint, which may omit keys. Written by hand because a validation library would double the Lambda's start.
 */
export function parseAuthResponse(body: unknown, additionalKeys: Iterable<string> = []): AuthResponse {
  if (!isRecord(body)) throw invalid('not an object');
  const response = {
    id: readId(own(body, 'id')),
    first_name: readText(body, 'first_name'),
    last_name: readText(body, 'last_name'),
    email: readText(body, 'email'),
    authentication_hash: readText(body, 'authentication_hash'),
    user_exists: readBoolean(body, 'user_exists'),
    success: readBoolean(body, 'success'),
    email_verified: readOptionalBoolean(body, 'email_verified'),
    password_reset_allowed: readOptionalBoolean(body, 'password_reset_allowed'),
    sign_up_allowed: readOptionalBoolean(body, 'sign_up_allowed'),
    additional: new Map(Array.from(additionalKeys, (key) => [key, own(body, key)])),
  };
  if (response.success && !response.user_exists) throw invalid('success without user_exists');
  return response;
}

/** @throws UsherError for a response without id or address, which must not become a pool user */
export function requireUser(response: AuthResponse): LegacyUser {
  const { id, email } = response;
  if (id === null) throw invalid('id');
  if (!email) throw invalid('email');
  return { ...response, id, email };
}

type Json = Record<string, unknown>;

function isRecord(body: unknown): body is Json {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

/** Ignores inherited properties such as `constructor`. */
function own(body: Json, key: string): unknown {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

const longestId = 255;

/** A string as it came: the leading zeros of a text key are part of it. */
function readId(value: unknown): UserId | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') {
    if (value.trim() === '' || value.length > longestId) throw invalid('id');
    return value;
  }
  // JSON.parse rounds integers above 2^53, so the ID could be another user's.
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) throw invalid('id');
  return value;
}

function readText(body: Json, key: keyof AwsAuthResponse): string | null {
  const value = own(body, key) ?? null;
  if (value !== null && typeof value !== 'string') throw invalid(key);
  return value;
}

function readBoolean(body: Json, key: keyof AwsAuthResponse): boolean {
  const value = own(body, key);
  if (typeof value !== 'boolean') throw invalid(key);
  return value;
}

function readOptionalBoolean(body: Json, key: keyof AwsAuthResponse): boolean | undefined {
  return (own(body, key) ?? null) === null ? undefined : readBoolean(body, key);
}

function invalid(what: string): UsherError {
  return new UsherError(`invalid_response: ${what}`);
}
