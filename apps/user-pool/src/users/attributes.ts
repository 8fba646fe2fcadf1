import type { AttributeType } from '@aws-sdk/client-cognito-identity-provider';
import { mayWrite } from '../state/client-rules.js';
import type { Client, User } from '../state/records.js';
import { unauthorizedAttribute } from '../wire/errors.js';

/** Stored attributes. `Object.fromEntries` defines own properties, so that no name changes a prototype. */
export const fromAttributeList = (list: AttributeType[] | undefined): Record<string, string> =>
  Object.fromEntries((list ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? '']));

/** Attributes in responses: all values are strings, including `email_verified`, and `sub` is included. */
export const toAttributeList = (user: User): AttributeType[] => [
  ...Object.entries(user.attributes).map(([Name, Value]) => ({ Name, Value })),
  { Name: 'sub', Value: user.sub },
];

const addresses = ['email', 'phone_number'];

export const isAddress = (name: string): boolean => addresses.includes(name);

/** A changed address must be verified again. */
export function mergeAttributes(
  before: Record<string, string>,
  changes: Record<string, string>,
): Record<string, string> {
  const merged = { ...before, ...changes };
  for (const name of addresses) {
    const flag = `${name}_verified`;
    const changed = changes[name] !== undefined && changes[name] !== before[name];
    if (changed && changes[flag] === undefined) merged[flag] = 'false';
  }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
}

/** Users cannot set their addresses as verified, and a client may have fewer writable attributes. */
export function checkWritable({ settings }: Client, attributes: Record<string, string>): void {
  for (const name of Object.keys(attributes)) {
    if (name.endsWith('_verified') || name.startsWith('dev:') || !mayWrite(settings, name)) {
      throw unauthorizedAttribute();
    }
  }
}
