import { type CodeDeliveryResponse, normaliseCode, type SessionMode } from '#contracts';
import type { Challenge } from '../cognito/identity-provider.js';
import { AppError, type InvalidField } from '../common/errors/app-error.js';

/** Content of a challenge session. The names of its members are part of the sealed format. */
export interface ChallengeState {
  /** Cognito's name of the challenge. */
  name: string;
  /** Cognito's session; it accepts one right answer. */
  session: string;
  /** Cognito's `USER_ID_FOR_SRP`. */
  userId: string;
  /** As typed, normalised: the label of an authenticator app's entry. Never used to link a row. */
  email: string;
  mode: SessionMode;
  /** Start of the first step, by PostgreSQL's clock (milliseconds since 1970). */
  beganAt: number;
  /** Names of the required answers. */
  asks: string[];
  choices?: string[] | undefined;
  /** `MFA_SETUP` only: Cognito has verified the app's code and has not yet continued the sign-in. */
  appVerified?: boolean;
}

/** Cognito's challenge for users with a temporary password. */
export const newPasswordRequired = 'NEW_PASSWORD_REQUIRED';

/** Cognito's challenge for users without a second factor in a pool that requires one. */
export const mfaSetup = 'MFA_SETUP';

export const authenticator = 'SOFTWARE_TOKEN_MFA';

/** Cognito sends these codes. E-mail has two names: EMAIL_MFA in the developer guide, EMAIL_OTP in the SDK. */
export const sentCodes = ['SMS_MFA', 'EMAIL_MFA', 'EMAIL_OTP'];

const factors = [authenticator, ...sentCodes];

const attributePrefix = 'userAttributes.';

interface RequiredAnswers {
  asks: string[];
  choices?: string[];
  delivery?: CodeDeliveryResponse;
}

/** @throws AppError `auth.challenge_unsupported`, `cognito.unexpected_answer` */
export function requiredAnswers({ name, parameters }: Challenge): RequiredAnswers {
  if (factors.includes(name)) return { asks: [`${name}_CODE`], ...toDelivery(parameters) };
  switch (name) {
    case newPasswordRequired:
      return { asks: ['NEW_PASSWORD', ...parseList(parameters.requiredAttributes).map(withPrefix)] };
    case 'SELECT_MFA_TYPE': {
      const choices = parseList(parameters.MFAS_CAN_CHOOSE).filter((factor) => factors.includes(factor));
      if (choices.length > 0) return { asks: ['ANSWER'], choices };
      break;
    }
    case mfaSetup:
      if (parseList(parameters.MFAS_CAN_SETUP).includes(authenticator))
        return { asks: [`${authenticator}_CODE`] };
  }
  throw new AppError('auth.challenge_unsupported');
}

/**
 * @returns the answers for Cognito, with codes normalised and everything else as typed
 * @throws AppError `request.invalid` with a field `answers.NAME` for each answer that is missing, unknown or no choice
 */
export function toResponses(
  { name, asks, choices }: ChallengeState,
  typed: Record<string, string>,
): Record<string, string> {
  const answers = name === newPasswordRequired ? typed : normaliseCodes(typed);
  const missing = asks.filter((key) => !answers[key]);
  const unknown = Object.keys(answers).filter((key) => !asks.includes(key));
  const errors: InvalidField[] = [
    ...missing.map((key) => ({ field: `answers.${key}`, message: 'field.missing' as const })),
    ...unknown.map((key) => ({ field: `answers.${key}`, message: 'field.unknown_field' as const })),
  ];
  if (missing.length === 0 && choices && !choices.includes(answers.ANSWER ?? '')) {
    errors.push({ field: 'answers.ANSWER', message: 'field.not_allowed', params: { choices } });
  }
  if (errors.length > 0) throw new AppError('request.invalid', { errors });
  return answers;
}

const normaliseCodes = (typed: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(typed).map(([key, value]) => [key, key.endsWith('_CODE') ? normaliseCode(value) : value]),
  );

const withPrefix = (name: string): string =>
  name.startsWith(attributePrefix) ? name : attributePrefix + name;

function toDelivery(parameters: Record<string, string>): { delivery?: CodeDeliveryResponse } {
  const { CODE_DELIVERY_DELIVERY_MEDIUM: medium, CODE_DELIVERY_DESTINATION: destination } = parameters;
  return medium === undefined || destination === undefined ? {} : { delivery: { medium, destination } };
}

/** Cognito sends lists as JSON in a string. */
function parseList(json = '[]'): string[] {
  try {
    const list: unknown = JSON.parse(json);
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  } catch {
    // Reported below.
  }
  throw new AppError('cognito.unexpected_answer');
}
