import type { SchemaAttributeType } from '@aws-sdk/client-cognito-identity-provider';
import type { PoolSettings } from '../state/records.js';
import { invalidParameter } from '../wire/errors.js';

type Attribute = SchemaAttributeType & { Name: string };

const text = (name: string, longest = 2048, shortest = 0): Attribute => ({
  Name: name,
  AttributeDataType: 'String',
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
  StringAttributeConstraints: { MinLength: String(shortest), MaxLength: String(longest) },
});
const flag = (name: string): Attribute => ({
  Name: name,
  AttributeDataType: 'Boolean',
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
});

/** The standard attributes of OpenID Connect. (Developer guide, Working with user attributes) */
const standard: Attribute[] = [
  { ...text('sub', 2048, 1), Mutable: false, Required: true },
  ...[
    'address',
    'email',
    'family_name',
    'gender',
    'given_name',
    'locale',
    'middle_name',
    'name',
    'nickname',
  ].map((name) => text(name)),
  ...['phone_number', 'picture', 'preferred_username', 'profile', 'website', 'zoneinfo'].map((name) =>
    text(name),
  ),
  text('birthdate', 10, 10),
  flag('email_verified'),
  flag('phone_number_verified'),
  {
    ...text('updated_at'),
    AttributeDataType: 'Number',
    StringAttributeConstraints: undefined,
    NumberAttributeConstraints: { MinValue: '0' },
  },
];

export const isStandard = (name: string): boolean => standard.some((attribute) => attribute.Name === name);

const schemas = new WeakMap<PoolSettings, Map<string, Attribute>>();

export function schemaOf(settings: PoolSettings): Map<string, Attribute> {
  const known = schemas.get(settings);
  if (known) return known;
  const schema = new Map(standard.map((attribute) => [attribute.Name, attribute]));
  for (const given of settings.Schema ?? []) {
    const name = given.Name ?? '';
    const base = schema.get(name);
    const attribute = {
      Mutable: true,
      Required: false,
      ...base,
      ...given,
      Name: base ? name : customName(given),
    };
    schema.set(attribute.Name, attribute);
  }
  schemas.set(settings, schema);
  return schema;
}

const customName = ({ Name, DeveloperOnlyAttribute }: SchemaAttributeType) =>
  `${DeveloperOnlyAttribute ? 'dev' : 'custom'}:${Name ?? ''}`;

/** Refuses values that violate the schema. Only the pool sets `sub`. */
export function checkAttributes(settings: PoolSettings, attributes: Record<string, string>): void {
  const schema = schemaOf(settings);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = schema.get(name);
    if (!attribute || name === 'sub') throw nonconforming(name, 'Attribute does not exist in the schema.');
    checkValue(attribute, value);
  }
}

export function checkRequired(settings: PoolSettings, attributes: Record<string, string>): void {
  for (const { Name, Required } of schemaOf(settings).values()) {
    if (Required && Name !== 'sub' && !attributes[Name])
      throw nonconforming(Name, 'The attribute is required');
  }
}

/** Addresses must not contain characters that separate recipients in a mail header. */
const address = /^[^\s@,;:<>()[\]\\"\x00-\x1f]+@[^\s@,;:<>()[\]\\"\x00-\x1f]+$/;

export const isEmail = (value: string): boolean => address.test(value);
export const isPhoneNumber = (value: string): boolean => /^\+[0-9]{1,15}$/.test(value);

function checkValue(attribute: Attribute, value: string): void {
  const { Name: name, AttributeDataType: type } = attribute;
  if (name === 'email' && value !== '' && !isEmail(value))
    throw invalidParameter('Invalid email address format.');
  if (name === 'phone_number' && value !== '' && !isPhoneNumber(value)) {
    throw invalidParameter('Invalid phone number format.');
  }
  if (type === 'Boolean' && !['true', 'false'].includes(value)) {
    throw nonconforming(name, 'Attribute value is not a boolean.');
  }
  if (type === 'Number') checkNumber(attribute, value);
  if (type === 'String' || type === undefined) checkText(attribute, value);
}

function checkText({ Name, StringAttributeConstraints: limits }: Attribute, value: string): void {
  if (value.length > Number(limits?.MaxLength ?? 2048)) {
    throw nonconforming(Name, `String must not be longer than ${limits?.MaxLength ?? 2048} characters`);
  }
  // An empty value removes the attribute, so it is never too short.
  if (value !== '' && value.length < Number(limits?.MinLength ?? 0)) {
    throw nonconforming(Name, `String must be at least ${limits?.MinLength} characters`);
  }
}

function checkNumber({ Name, NumberAttributeConstraints: limits }: Attribute, value: string): void {
  const number = Number(value);
  const isInside =
    number >= Number(limits?.MinValue ?? -Infinity) && number <= Number(limits?.MaxValue ?? Infinity);
  if (value !== '' && !isInside) throw nonconforming(Name, 'Number is outside of the allowed range.');
}

const nonconforming = (name: string, rule: string) =>
  invalidParameter(`Attributes did not conform to the schema: ${name}: ${rule}`);
