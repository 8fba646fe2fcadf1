import { canonicalEmail } from '#contracts/email-address';
import type { Configuration } from './config/configuration.js';
import type { LegacyUser } from './auth-response.js';
import { isAccepted, type MappedAttributes, mappedAttributes } from './mapped-attributes.js';

/** The attributes of a migrated user. Cognito accepts strings only. */
export function userAttributes(
  user: LegacyUser,
  { legacyIdAttribute, attributeMapping }: Pick<Configuration, 'legacyIdAttribute' | 'attributeMapping'>,
): MappedAttributes {
  const { attributes, leftOut } = mappedAttributes(attributeMapping, user.additional);
  const name = attributeMapping.composesName ? fullName(user) : '';
  const hasName = name !== '' && isAccepted('name', name);
  return {
    attributes: {
      ...attributes,
      // Usher finds pool users by the canonical address; the row may contain another form.
      email: canonicalEmail(user.email),
      // The original Rails endpoint does not send this; Devise requires a confirmed address at sign-in.
      email_verified: String(user.email_verified ?? true),
      ...(hasName && { name }),
      ...(legacyIdAttribute !== undefined && { [legacyIdAttribute]: String(user.id) }),
    },
    leftOut: name === '' || hasName ? leftOut : ['name', ...leftOut],
  };
}

/** Old rows may contain the word "null" instead of an absent name. */
function fullName({ first_name, last_name }: LegacyUser): string {
  return [first_name, last_name]
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '' && part !== 'null')
    .join(' ');
}
