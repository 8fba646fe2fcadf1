import { canonicalEmail } from '#contracts/email-address';
import type { Configuration } from './config/configuration.js';
import type { LegacyUser } from './legacy-answer.js';
import { isTaken, type MappedAttributes, mappedAttributes } from './mapped-attributes.js';

/** What Cognito keeps about a person it takes over. Cognito accepts strings only. */
export function userAttributes(
  user: LegacyUser,
  { legacyIdAttribute, attributeMapping }: Pick<Configuration, 'legacyIdAttribute' | 'attributeMapping'>,
): MappedAttributes {
  const { attributes, leftOut } = mappedAttributes(attributeMapping, user.further);
  const name = attributeMapping.composesName ? fullName(user) : '';
  const hasName = name !== '' && isTaken('name', name);
  return {
    attributes: {
      ...attributes,
      // The name that Usher asks the pool by: a row keeps another spelling of the same address.
      email: canonicalEmail(user.email),
      // The original Rails endpoint does not say; its users had confirmed their address before they could sign in.
      email_verified: String(user.email_verified ?? true),
      ...(hasName && { name }),
      ...(legacyIdAttribute !== undefined && { [legacyIdAttribute]: String(user.id) }),
    },
    leftOut: name === '' || hasName ? leftOut : ['name', ...leftOut],
  };
}

/** Old rows may hold the word "null" where a template once printed an absent name. */
function fullName({ first_name, last_name }: LegacyUser): string {
  return [first_name, last_name]
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '' && part !== 'null')
    .join(' ');
}
