/** The parsed `USER_ATTRIBUTES`: which pool attributes are filled from which keys of the API's response. */
export interface AttributeMapping {
  /** Keys of the response by pool attribute. */
  readonly keys: ReadonlyMap<string, string>;
  /** Whether `name` is composed of first and last name. False if the mapping contains `name`. */
  readonly composesName: boolean;
}

/** Cognito allows 20 characters after `custom:` (API reference, SchemaAttributeType). */
const CUSTOM_ATTRIBUTE = /^custom:\S{1,20}$/;

/** The standard attributes of OpenID Connect, which every pool has (developer guide, Working with user attributes). */
const STANDARD_ATTRIBUTES = new Set([
  ...['address', 'birthdate', 'family_name', 'gender', 'given_name', 'locale', 'middle_name', 'name'],
  ...['nickname', 'phone_number', 'phone_number_verified', 'picture', 'preferred_username', 'profile'],
  ...['updated_at', 'website', 'zoneinfo'],
]);

/** Attributes that identify a user or verify an address must not be configurable. */
const RESERVED_ATTRIBUTE = /^(sub|username|email|email_verified|cognito:.*)$/;

export function isCustomAttribute(name: string): boolean {
  return CUSTOM_ATTRIBUTE.test(name);
}

/**
 * Reads `attribute=key, attribute=key`. Errors name pairs by position, because a pair may contain a secret value.
 * @returns the mapping, or one message per error
 */
export function readAttributeMapping(text: string, legacyIdAttribute?: string): AttributeMapping | string[] {
  const keys = new Map<string, string>();
  const problems: string[] = [];
  let composesName = true;
  for (const [index, pair] of text.split(',').entries()) {
    if (pair.trim() === '') continue;
    const parts = pair.split('=').map((part) => part.trim());
    const [attribute = '', key = ''] = parts;
    if (attribute === 'name') composesName = false;
    const isPair = parts.length === 2 && attribute !== '';
    const isLegacyId = attribute === legacyIdAttribute;
    const problem = findProblem({ attribute, key, isPair, isLegacyId, isDuplicate: keys.has(attribute) });
    if (problem) problems.push(`pair ${index + 1} ${problem}`);
    else if (key !== '') keys.set(attribute, key);
  }
  return problems.length > 0 ? problems : { keys, composesName };
}

interface Pair {
  attribute: string;
  key: string;
  isPair: boolean;
  isLegacyId: boolean;
  isDuplicate: boolean;
}

function findProblem({ attribute, key, isPair, isLegacyId, isDuplicate }: Pair): string | undefined {
  if (!isPair) return 'is not of the form attribute=key';
  if (RESERVED_ATTRIBUTE.test(attribute)) return 'is for an attribute that cannot be mapped';
  if (isLegacyId) return 'is for the attribute of LEGACY_ID_ATTRIBUTE';
  if (!STANDARD_ATTRIBUTES.has(attribute) && !isCustomAttribute(attribute)) {
    return 'is for an attribute that is neither a standard one nor begins with custom:';
  }
  if (isDuplicate) return 'is for the attribute of an earlier pair';
  // An empty key switches off the default value, and only `name` has one.
  if (key === '' && attribute !== 'name') return 'says no key';
  return undefined;
}
