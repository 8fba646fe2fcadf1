import type { AttributeMapping } from './config/attribute-mapping.js';

export interface MappedAttributes {
  attributes: Record<string, string>;
  /** Names of attributes whose value Cognito would not take. One of them would keep its owner from moving at all. */
  leftOut: string[];
}

/** Characters in a value (developer guide, Quotas). */
const LONGEST_VALUE = 2048;

/** What Cognito takes in attributes that are not just text (developer guide, Working with user attributes). */
const FORMATS = new Map([
  ['birthdate', /^\d{4}-\d\d-\d\d$/],
  ['phone_number', /^\+\d{1,15}$/],
  ['phone_number_verified', /^(true|false)$/],
  ['updated_at', /^\d+$/],
]);

/** @param values of the answer's keys, of whatever type they came */
export function mappedAttributes(
  { keys }: AttributeMapping,
  values: ReadonlyMap<string, unknown>,
): MappedAttributes {
  const texts = [...keys]
    .map(([attribute, key]) => ({ attribute, text: toText(values.get(key)) }))
    .filter(({ text }) => text.trim() !== '' && text !== 'null');
  const taken = texts.filter(({ attribute, text }) => isTaken(attribute, text));
  return {
    attributes: Object.fromEntries(taken.map(({ attribute, text }) => [attribute, text])),
    leftOut: texts.filter((each) => !taken.includes(each)).map(({ attribute }) => attribute),
  };
}

export function isTaken(attribute: string, text: string): boolean {
  return text.length <= LONGEST_VALUE && (FORMATS.get(attribute)?.test(text) ?? true);
}

/** Empty for what is no single value, or is no longer the number that was sent. */
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
