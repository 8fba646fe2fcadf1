import type { CodeDeliveryResponse } from '#contracts';
import type { Challenge } from '../cognito/identity-provider.js';
import { AppError } from '../platform/errors/app-error.js';

/** What a challenge wants to know, in Cognito's names. */
export interface Step {
  asks: string[];
  choices?: string[];
  delivery?: CodeDeliveryResponse;
}

const authenticator = 'SOFTWARE_TOKEN_MFA';

/**
 * The factors that answer with a code. E-mail has two names: the developer guide's text has EMAIL_MFA, the SDK's list of
 * challenge names and the clients of AWS have EMAIL_OTP.
 */
const factors = [authenticator, 'SMS_MFA', 'EMAIL_MFA', 'EMAIL_OTP'];

const attributePrefix = 'userAttributes.';

/** @throws AppError `auth.challenge_unsupported` for a step that nobody can take here */
export function stepOf({ name, parameters }: Challenge): Step {
  if (factors.includes(name)) return { asks: [`${name}_CODE`], ...deliveryOf(parameters) };
  switch (name) {
    case 'NEW_PASSWORD_REQUIRED':
      return { asks: ['NEW_PASSWORD', ...listOf(parameters.requiredAttributes).map(withPrefix)] };
    case 'SELECT_MFA_TYPE':
      return select(listOf(parameters.MFAS_CAN_CHOOSE).filter((factor) => factors.includes(factor)));
    case 'MFA_SETUP':
      if (listOf(parameters.MFAS_CAN_SETUP).includes(authenticator))
        return { asks: [`${authenticator}_CODE`] };
      throw new AppError('auth.challenge_unsupported');
    default:
      throw new AppError('auth.challenge_unsupported');
  }
}

function select(choices: string[]): Step {
  if (choices.length === 0) throw new AppError('auth.challenge_unsupported');
  return { asks: ['ANSWER'], choices };
}

const withPrefix = (name: string): string =>
  name.startsWith(attributePrefix) ? name : attributePrefix + name;

function deliveryOf(parameters: Record<string, string>): { delivery?: CodeDeliveryResponse } {
  const { CODE_DELIVERY_DELIVERY_MEDIUM: medium, CODE_DELIVERY_DESTINATION: destination } = parameters;
  return medium === undefined || destination === undefined ? {} : { delivery: { medium, destination } };
}

/** Cognito sends lists as JSON inside a string. */
function listOf(json = '[]'): string[] {
  try {
    const list: unknown = JSON.parse(json);
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  } catch {
    // Not JSON: told below, as any other surprise.
  }
  throw new AppError('cognito.unexpected_answer');
}
