import type { AttributeMapping } from './config/attribute-mapping.js';

export interface MappedAttributes {
  attributes: Record<string, string>;
  /** Names of attributes whose value Cognito would reject. One rejected attribute fails the whole migration. */
  leftOut: string[];
}

/** In characters (developer guide, Quotas). */
const MAX_VALUE_LENGTH = 2048;

/** Formats of attributes with restricted values (developer guide, Working with user attributes). */
const FORMATS = new Map([
  ['birthdate', /^\d{4}-\d\d-\d\d$/],
  ['phone_number', /^\+\d{1,15}$/],
  ['phone_number_verified', /^(true|false)$/],
  ['updated_at', /^\d+$/],
]);

/** @param values unchecked values of the response by key */
export function mappedAttributes(
  { keys }: AttributeMapping,
  values: ReadonlyMap<string, unknown>,
): MappedAttributes {
  const texts = [...keys]
    .map(([attribute, key]) => ({ attribute, text: toText(values.get(key)) }))
    .filter(({ text }) => text.trim() !== '' && text !== 'null');
  const taken = texts.filter(({ attribute, text }) => isAccepted(attribute, text));
  return {
    attributes: Object.fromEntries(taken.map(({ attribute, text }) => [attribute, text])),
    leftOut: texts.filter((each) => !taken.includes(each)).map(({ attribute }) => attribute),
  };
}

export function isAccepted(attribute: string, text: string): boolean {
  return text.length <= MAX_VALUE_LENGTH && (FORMATS.get(attribute)?.test(text) ?? true);
}

/** Returns an empty text for objects, arrays and numbers that JSON.parse rounded. */
function toText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'number':
      return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : '';
    default:
      return '';
  }
}
