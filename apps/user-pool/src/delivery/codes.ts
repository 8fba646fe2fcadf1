import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider';
import { day, hour } from '../clock.js';
import type { Context } from '../context.js';
import { isSameText } from '../passwords/secret-hash.js';
import { randomCode } from '../random.js';
import type { Client, CodePurpose, PendingCode, Pool, User } from '../state/records.js';
import { currentUser, updateUser } from '../users/users.js';
import { codeExpired, codeMismatch } from '../wire/errors.js';
import { deliveryDetails } from './masking.js';
import { sendMessage, type Notice } from './messages.js';

/** (Developer guide, Quotas in Amazon Cognito: validity of codes) */
const lifetime: Record<CodePurpose, number> = {
  'sign-up': day,
  reset: hour,
  email: day,
  phone_number: day,
};

export interface CodeRequest {
  purpose: CodePurpose;
  kind: Notice['kind'];
  attribute: string;
  /** A new address that is not verified yet. */
  newValue?: string;
  clientMetadata?: Record<string, string> | undefined;
}

/** Sends a new code, which replaces the previous one. */
export async function sendCode(
  context: Context,
  recipient: { pool: Pool; client?: Client; user: User },
  { purpose, kind, attribute, newValue, clientMetadata }: CodeRequest,
): Promise<CodeDeliveryDetailsType> {
  const { user } = recipient;
  const code = randomCode(context.random);
  const expiresAt = context.clock.now() + lifetime[purpose];
  const pending: PendingCode = { code, attribute, expiresAt, ...(newValue !== undefined && { newValue }) };
  const { codes } = currentUser(context, user);
  updateUser(context, user, { codes: { ...codes, [purpose]: pending } });
  const destination = newValue ?? user.attributes[attribute] ?? '';
  await sendMessage(context, recipient, { kind, attribute, code, clientMetadata }, destination);
  return deliveryDetails(attribute, destination);
}

/** Returns the pending code if `given` matches. It stays pending until the caller saves the user without it. */
export function checkCode(context: Context, user: User, purpose: CodePurpose, given: string): PendingCode {
  const pending = currentUser(context, user).codes[purpose];
  if (!pending || pending.expiresAt <= context.clock.now()) throw codeExpired();
  if (!isSameText(pending.code, given)) throw codeMismatch();
  return pending;
}

export function withoutCode(user: User, purpose: CodePurpose): User['codes'] {
  return { ...user.codes, [purpose]: undefined };
}
