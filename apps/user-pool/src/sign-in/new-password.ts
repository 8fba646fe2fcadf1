import type { Context } from '../context.js';
import { choosePassword } from '../passwords/choose-password.js';
import type { User } from '../state/records.js';
import type { Holder } from '../tokens/session.js';
import { claimAlias } from '../users/aliases.js';
import { checkWritable, isAddress, mergeAttributes } from '../users/attributes.js';
import { checkAttributes, schemaOf } from '../users/schema.js';
import { modifyUser } from '../users/users.js';
import { invalidParameter, notAuthorized } from '../wire/errors.js';
import { openChallenge, spendChallenge, type Challenge } from './challenge-session.js';
import { requireParameter } from './clients.js';
import type { SignInResponse } from './sign-in-response.js';

const name = 'NEW_PASSWORD_REQUIRED';
const prefix = 'userAttributes.';

/** Returns the challenge to replace a correct temporary password. */
export function newPasswordChallenge(context: Context, holder: Holder): SignInResponse {
  const { user } = holder;
  return {
    ChallengeName: name,
    Session: openChallenge(context, holder, name),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: JSON.stringify(missingAttributes(holder).map((attribute) => prefix + attribute)),
      userAttributes: JSON.stringify(user.attributes),
    },
  };
}

/** Returns the user with the new password. */
export async function answerNewPassword(
  context: Context,
  holder: Holder,
  challenge: Challenge,
  answers: Record<string, string>,
): Promise<User> {
  const password = requireParameter(answers, 'NEW_PASSWORD');
  const attributes = readAttributes(holder, answers);
  const chosen = await choosePassword(holder.pool, holder.user, password);
  const merged = mergeAttributes(holder.user.attributes, attributes);
  claimAlias(context, holder.pool, { sub: holder.user.sub, attributes: merged }, false);
  spendChallenge(context, challenge);
  return modifyUser(context, holder.user, {
    status: 'CONFIRMED',
    ...chosen,
    temporaryPasswordExpiresAt: undefined,
    attributes: merged,
  });
}

function missingAttributes({ pool, user }: Holder): string[] {
  const required = [...schemaOf(pool.settings).values()].filter(({ Required }) => Required);
  return required.map((attribute) => attribute.Name).filter((key) => key !== 'sub' && !user.attributes[key]);
}

function readAttributes(holder: Holder, answers: Record<string, string>): Record<string, string> {
  const given = Object.entries(answers).filter(([key]) => key.startsWith(prefix));
  const attributes = Object.fromEntries(given.map(([key, value]) => [key.slice(prefix.length), value]));
  checkAttributes(holder.pool.settings, attributes);
  checkWritable(holder.client, attributes);
  const schema = schemaOf(holder.pool.settings);
  for (const key of Object.keys(attributes)) {
    // An existing address can only be changed with UpdateUserAttributes, which verifies the new one.
    const isKept = schema.get(key)?.Required === true || isAddress(key);
    if (isKept && holder.user.attributes[key] !== undefined)
      throw notAuthorized(`Cannot modify an already provided ${key}`);
  }
  const missing = missingAttributes(holder).find((key) => !attributes[key]);
  if (missing !== undefined) throw invalidParameter(`Invalid attributes given, ${missing} is missing`);
  return attributes;
}
