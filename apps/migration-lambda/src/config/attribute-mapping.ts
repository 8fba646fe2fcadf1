/** What `USER_ATTRIBUTES` says: which further attributes of the pool are filled from which keys of the API's answer. */
export interface AttributeMapping {
  /** By attribute of the pool: the key of the answer. */
  readonly keys: ReadonlyMap<string, string>;
  /** Whether `name` is put together from first and last name; not when the mapping says what `name` is. */
  readonly composesName: boolean;
}

/** Cognito allows 20 characters after `custom:` (API reference, SchemaAttributeType). */
const CUSTOM_ATTRIBUTE = /^custom:\S{1,20}$/;

/** Those of every pool, which are OpenID Connect's (developer guide, Working with user attributes). */
const STANDARD_ATTRIBUTES = new Set([
  ...['address', 'birthdate', 'family_name', 'gender', 'given_name', 'locale', 'middle_name', 'name'],
  ...['nickname', 'phone_number', 'phone_number_verified', 'picture', 'preferred_username', 'profile'],
  ...['updated_at', 'website', 'zoneinfo'],
]);

/** Who somebody is, and whether the address is theirs, is no matter of configuration. */
const RESERVED_ATTRIBUTE = /^(sub|username|email|email_verified|cognito:.*)$/;

export function isCustomAttribute(name: string): boolean {
  return CUSTOM_ATTRIBUTE.test(name);
}

/**
 * Reads `attribute=key, attribute=key`. Pairs are named by their place, as everything in them is a value.
 * @returns what is wrong, one text a problem, if anything is
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
    const problem = problemOf({ attribute, key, isPair, isLegacyId, isAgain: keys.has(attribute) });
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
  isAgain: boolean;
}

function problemOf({ attribute, key, isPair, isLegacyId, isAgain }: Pair): string | undefined {
  if (!isPair) return 'is not of the form attribute=key';
  if (RESERVED_ATTRIBUTE.test(attribute)) return 'is for an attribute that cannot be mapped';
  if (isLegacyId) return 'is for the attribute of LEGACY_ID_ATTRIBUTE';
  if (!STANDARD_ATTRIBUTES.has(attribute) && !isCustomAttribute(attribute)) {
    return 'is for an attribute that is neither a standard one nor begins with custom:';
  }
  if (isAgain) return 'is for the attribute of an earlier pair';
  // Nothing behind the sign switches the default off, and only `name` has one.
  if (key === '' && attribute !== 'name') return 'says no key';
  return undefined;
}
