import type { LegacyUser } from './legacy-answer.js';

/** What Cognito keeps about a person it takes over. Cognito accepts strings only. */
export function userAttributes(
  user: LegacyUser,
  legacyIdAttribute: string | undefined,
): Record<string, string> {
  const name = fullName(user);
  return {
    email: user.email.toLowerCase(),
    // The original Rails endpoint does not say; its users had confirmed their address before they could sign in.
    email_verified: String(user.email_verified ?? true),
    ...(name !== '' && { name }),
    ...(legacyIdAttribute !== undefined && { [legacyIdAttribute]: String(user.id) }),
  };
}

/** Old rows may hold the word "null" where a template once printed an absent name. */
function fullName({ first_name, last_name }: LegacyUser): string {
  return [first_name, last_name]
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '' && part !== 'null')
    .join(' ');
}
