import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import { sendCode } from '../delivery/codes.js';
import { isAutoVerified } from '../state/pool-rules.js';
import type { Client, Pool, User } from '../state/records.js';
import { invalidParameter } from '../wire/errors.js';
import { claimAlias } from './aliases.js';
import { mergeAttributes } from './attributes.js';
import { checkAttributes, schemaOf } from './schema.js';
import { currentUser, modifyUser } from './users.js';

type Attributes = Record<string, string>;
interface Subject {
  pool: Pool;
  client?: Client;
  user: User;
}

/** Sends a code to each new address. If the pool requires it, the old address stays until the verification. */
export async function changeAttributes(
  context: Context,
  subject: Subject,
  changes: Attributes,
  clientMetadata: Record<string, string> | undefined,
): Promise<CodeDeliveryDetailsType[]> {
  const { pool, user } = subject;
  checkAttributes(pool.settings, changes);
  checkChangeable(pool, user, changes);
  const unproved = addressesToProve(pool, user, changes);
  const waits = (name: string) => unproved.some((address) => address === name) && isVerifiedFirst(pool, name);
  const now = Object.fromEntries(Object.entries(changes).filter(([name]) => !waits(name)));
  const attributes = mergeAttributes(currentUser(context, user).attributes, now);
  claimAlias(context, pool, { sub: user.sub, attributes }, false);
  const changed = modifyUser(context, user, { attributes });
  const details: CodeDeliveryDetailsType[] = [];
  for (const name of unproved) {
    const newValue = waits(name) ? changes[name] : undefined;
    const code = { purpose: name, kind: 'update-attribute', attribute: name, clientMetadata } as const;
    const pending = { ...code, ...(newValue !== undefined && { newValue }) };
    details.push(await sendCode(context, { ...subject, user: changed }, pending));
  }
  return details;
}

function checkChangeable({ settings }: Pool, user: User, changes: Attributes): void {
  for (const [name, value] of Object.entries(changes)) {
    const attribute = schemaOf(settings).get(name);
    if (attribute?.Mutable === false && user.attributes[name] !== value) {
      throw invalidParameter(`user.${name}: Attribute cannot be updated.`);
    }
    if (attribute?.Required && value === '') {
      throw invalidParameter(`Attributes did not conform to the schema: ${name}: The attribute is required`);
    }
  }
}

const addresses = ['email', 'phone_number'] as const;

function addressesToProve({ settings }: Pool, user: User, changes: Attributes) {
  return addresses.filter((name) => {
    const isNew = Boolean(changes[name]) && changes[name] !== user.attributes[name];
    return isNew && isAutoVerified(settings, name) && changes[`${name}_verified`] !== 'true';
  });
}

const isVerifiedFirst = ({ settings }: Pool, name: string): boolean =>
  (settings.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate ?? []).some(
    (attribute) => attribute === name,
  );
