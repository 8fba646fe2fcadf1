import { maskAddress } from '../delivery/masking.js';
import { sendMessage } from '../delivery/messages.js';
import type { Context } from '../context.js';
import { randomCode } from '../random.js';
import { openChallenge } from '../sign-in/challenge-session.js';
import type { SignInResponse } from '../sign-in/sign-in-response.js';
import type { Factor } from '../state/records.js';
import type { Holder } from '../tokens/session.js';
import type { ClientMetadata } from '../triggers/client-metadata.js';
import { factorAttribute, mfaMode, usableFactors } from './factors.js';

/** Returns the second-factor challenge after a correct password, if one is required. */
export async function challengeSecondFactor(
  context: Context,
  holder: Holder,
  messageMetadata: ClientMetadata,
): Promise<SignInResponse | undefined> {
  const { pool, user } = holder;
  const usable = usableFactors(pool, user);
  const preferred = usable.find((factor) => factor === user.preferredFactor);
  const only = usable.length === 1 ? usable[0] : undefined;
  const factor = preferred ?? only;
  if (factor) return challengeFactor(context, holder, factor, messageMetadata);
  if (usable.length > 1)
    return openFactorChallenge(context, holder, 'SELECT_MFA_TYPE', {
      MFAS_CAN_CHOOSE: JSON.stringify(usable),
    });
  if (mfaMode(pool) !== 'ON') return undefined;
  return openFactorChallenge(context, holder, 'MFA_SETUP', { MFAS_CAN_SETUP: JSON.stringify(pool.factors) });
}

export async function challengeFactor(
  context: Context,
  holder: Holder,
  factor: Factor,
  clientMetadata: ClientMetadata,
): Promise<SignInResponse> {
  const { user } = holder;
  const attribute = factorAttribute[factor];
  if (attribute === undefined) {
    const FRIENDLY_DEVICE_NAME = user.authenticator?.deviceName;
    return openFactorChallenge(
      context,
      holder,
      factor,
      FRIENDLY_DEVICE_NAME === undefined ? {} : { FRIENDLY_DEVICE_NAME },
    );
  }
  const code = randomCode(context.random);
  const destination = user.attributes[attribute] ?? '';
  await sendMessage(context, holder, { kind: 'mfa', attribute, code, clientMetadata });
  const parameters = {
    CODE_DELIVERY_DESTINATION: maskAddress(destination),
    CODE_DELIVERY_DELIVERY_MEDIUM: attribute === 'email' ? 'EMAIL' : 'SMS',
  };
  return openFactorChallenge(context, holder, factor, parameters, code);
}

function openFactorChallenge(
  context: Context,
  holder: Holder,
  name: string,
  ...[parameters, code]: [Record<string, string>, string?]
): SignInResponse {
  return {
    ChallengeName: name,
    ChallengeParameters: { USER_ID_FOR_SRP: holder.user.username, ...parameters },
    Session: openChallenge(context, holder, name, code === undefined ? {} : { code }),
  };
}
