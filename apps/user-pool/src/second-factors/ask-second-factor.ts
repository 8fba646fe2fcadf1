import { maskAddress } from '../delivery/masking.js';
import { sendMessage } from '../delivery/messages.js';
import type { Context } from '../context.js';
import { randomCode } from '../random.js';
import { openChallenge } from '../sign-in/challenge-session.js';
import type { SignInAnswer } from '../sign-in/sign-in-answer.js';
import type { Factor } from '../state/records.js';
import type { Holder } from '../tokens/session.js';
import type { ClientMetadata } from '../triggers/client-metadata.js';
import { factorAttribute, mfaMode, usableFactors } from './factors.js';

/** The question that follows a right password, if one does. */
export async function askSecondFactor(
  context: Context,
  holder: Holder,
  messageMetadata: ClientMetadata,
): Promise<SignInAnswer | undefined> {
  const { pool, user } = holder;
  const usable = usableFactors(pool, user);
  const preferred = usable.find((factor) => factor === user.preferredFactor);
  const only = usable.length === 1 ? usable[0] : undefined;
  const factor = preferred ?? only;
  if (factor) return askFactor(context, holder, factor, messageMetadata);
  if (usable.length > 1)
    return ask(context, holder, 'SELECT_MFA_TYPE', { MFAS_CAN_CHOOSE: JSON.stringify(usable) });
  if (mfaMode(pool) !== 'ON') return undefined;
  return ask(context, holder, 'MFA_SETUP', { MFAS_CAN_SETUP: JSON.stringify(pool.factors) });
}

export async function askFactor(
  context: Context,
  holder: Holder,
  factor: Factor,
  clientMetadata: ClientMetadata,
): Promise<SignInAnswer> {
  const { user } = holder;
  const attribute = factorAttribute[factor];
  if (attribute === undefined) {
    const FRIENDLY_DEVICE_NAME = user.authenticator?.deviceName;
    return ask(context, holder, factor, FRIENDLY_DEVICE_NAME === undefined ? {} : { FRIENDLY_DEVICE_NAME });
  }
  const code = randomCode(context.random);
  const destination = user.attributes[attribute] ?? '';
  await sendMessage(context, holder, { kind: 'mfa', attribute, code, clientMetadata });
  const parameters = {
    CODE_DELIVERY_DESTINATION: maskAddress(destination),
    CODE_DELIVERY_DELIVERY_MEDIUM: attribute === 'email' ? 'EMAIL' : 'SMS',
  };
  return ask(context, holder, factor, parameters, code);
}

function ask(
  context: Context,
  holder: Holder,
  name: string,
  ...[parameters, code]: [Record<string, string>, string?]
): SignInAnswer {
  return {
    ChallengeName: name,
    ChallengeParameters: { USER_ID_FOR_SRP: holder.user.username, ...parameters },
    Session: openChallenge(context, holder, name, code === undefined ? {} : { code }),
  };
}
