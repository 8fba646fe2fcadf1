import type { PoolAttribute } from '../../cognito/user-directory.js';
import type { LegacyUser } from '../../legacy/legacy-source.js';

/** The Lambda's variables that choose what a migrated user gets. */
export interface AttributeSettings {
  /** `USER_ATTRIBUTES`, such as `given_name=first_name, name=` */
  userAttributes: string | undefined;
  /** `LEGACY_ID_ATTRIBUTE`; `undefined`: off */
  legacyIdAttribute: string | undefined;
}

/** Cognito's limit for any value; the Lambda leaves out a longer one. */
const longestValue = 2048;

/** @returns `null` for an attribute that the Lambda leaves out */
export type ValueOf = (user: LegacyUser, email: string) => string | null;

/** Attributes with restricted values; the Lambda leaves out what Cognito would refuse. */
const formats = new Map([
  ['birthdate', /^\d{4}-\d\d-\d\d$/],
  ['phone_number', /^\+\d{1,15}$/],
  ['phone_number_verified', /^(true|false)$/],
  ['updated_at', /^\d+$/],
]);

interface Rule {
  valueOf: ValueOf;
  required: boolean;
  maxLength: number;
}

export type AttributeFinding = 'attribute_too_long' | 'attribute_missing';

/** @returns a function that finds what the pool's schema would refuse of the attributes that a migration sends */
export function attributeCheck(
  schema: readonly PoolAttribute[],
  settings: AttributeSettings,
): (user: LegacyUser, email: string) => AttributeFinding[] {
  const sent = sentAttributes(settings);
  const rules = schema.flatMap(({ name, required, maxLength = Infinity }): Rule[] => {
    // Cognito fills "sub" itself.
    if (name === 'sub' || (!required && !sent.has(name))) return [];
    return [{ valueOf: sent.get(name) ?? (() => null), required, maxLength }];
  });
  return (user, email) => {
    let [isTooLong, isMissing] = [false, false];
    for (const { valueOf, required, maxLength } of rules) {
      const value = valueOf(user, email);
      if (value === null || value === '') isMissing ||= required;
      // Cognito counts characters, not UTF-16 code units.
      else if (value.length > maxLength) isTooLong ||= [...value].length > maxLength;
    }
    return [
      ...(isTooLong ? (['attribute_too_long'] as const) : []),
      ...(isMissing ? (['attribute_missing'] as const) : []),
    ];
  };
}

/** @returns the attributes that the migration Lambda sends for a user, by name */
export function sentAttributes({
  userAttributes = '',
  legacyIdAttribute,
}: AttributeSettings): Map<string, ValueOf> {
  const sent = new Map<string, ValueOf>([
    ['name', fullName],
    ['email', (_user, email) => email],
    ['email_verified', () => 'true'],
  ]);
  if (legacyIdAttribute !== undefined) sent.set(legacyIdAttribute, ({ id }) => id);
  for (const pair of userAttributes.split(',')) {
    const [attribute = '', key = ''] = pair.split('=').map((text) => text.trim());
    if (attribute === '') continue;
    sent.delete(attribute);
    if (key === '') continue;
    const format = formats.get(attribute);
    sent.set(attribute, (user, email) => {
      const value = visible(valueOfKey(user, email, key));
      return value !== null && format?.test(value) === false ? null : value;
    });
  }
  return sent;
}

function valueOfKey(user: LegacyUser, email: string, key: string): string | null {
  switch (key) {
    case 'id':
      return user.id;
    case 'email':
      return email;
    case 'first_name':
      return user.firstName;
    case 'last_name':
      return user.lastName;
    default:
      return user.attributes[key] ?? null;
  }
}

/** Old rows may contain the word "null" instead of an absent value. */
const visible = (value: string | null): string | null =>
  value === null || value.trim() === '' || value === 'null' || value.length > longestValue ? null : value;

/** As the migration Lambda writes it. */
const fullName: ValueOf = ({ firstName, lastName }) =>
  visible(
    [firstName, lastName]
      .map((part) => part?.trim() ?? '')
      .filter((part) => part !== '' && part !== 'null')
      .join(' '),
  );
