import type { AttributeType } from '@aws-sdk/client-cognito-identity-provider';
import { mayWrite } from '../state/client-rules.js';
import type { Client, User } from '../state/records.js';
import { unauthorizedAttribute } from '../wire/errors.js';

/** Attributes as they are kept. `Object.fromEntries` defines, so that no name can reach a prototype. */
export const fromAttributeList = (list: AttributeType[] | undefined): Record<string, string> =>
  Object.fromEntries((list ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? '']));

/** Attributes as operations answer them: all values are strings, `email_verified` too, and `sub` is among them. */
export const toAttributeList = (user: User): AttributeType[] => [
  ...Object.entries(user.attributes).map(([Name, Value]) => ({ Name, Value })),
  { Name: 'sub', Value: user.sub },
];

const addresses = ['email', 'phone_number'];

export const isAddress = (name: string): boolean => addresses.includes(name);

/** An address that changes has to be proved again. */
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

/** Users never vouch for their own addresses, and a client may be kept from writing more. */
export function checkWritable({ settings }: Client, attributes: Record<string, string>): void {
  for (const name of Object.keys(attributes)) {
    if (name.endsWith('_verified') || name.startsWith('dev:') || !mayWrite(settings, name)) {
      throw unauthorizedAttribute();
    }
  }
}
