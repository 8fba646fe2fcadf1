import type {
  EmailMfaSettingsType,
  SMSMfaSettingsType,
  SoftwareTokenMfaSettingsType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import type { Factor, Pool, User } from '../state/records.js';
import { modifyUser } from '../users/users.js';
import { invalidParameter } from '../wire/errors.js';
import { flag, record } from '../wire/rules.js';
import { factorAttribute } from './factors.js';

export const factorSetting = record({ Enabled: flag, PreferredMfa: flag });

interface Preferences {
  SMSMfaSettings?: SMSMfaSettingsType | undefined;
  SoftwareTokenMfaSettings?: SoftwareTokenMfaSettingsType | undefined;
  EmailMfaSettings?: EmailMfaSettingsType | undefined;
}

/** Enables and disables factors; factors that are not in the request stay unchanged. */
export function setPreferences(context: Context, pool: Pool, user: User, given: Preferences): void {
  const settings = [
    ['SMS_MFA', given.SMSMfaSettings],
    ['SOFTWARE_TOKEN_MFA', given.SoftwareTokenMfaSettings],
    ['EMAIL_MFA', given.EmailMfaSettings],
  ] as const;
  const factors = new Set(user.factors);
  let preferred = user.preferredFactor;
  for (const [factor, setting] of settings) {
    if (!setting) continue;
    if (setting.Enabled) {
      requireSetUp(pool, user, factor);
      factors.add(factor);
    } else factors.delete(factor);
    if (setting.PreferredMfa) preferred = factor;
    else if (preferred === factor) preferred = undefined;
  }
  if (preferred && !factors.has(preferred)) throw invalidParameter('A preferred factor has to be enabled.');
  modifyUser(context, user, { factors: [...factors], preferredFactor: preferred });
}

function requireSetUp(pool: Pool, user: User, factor: Factor): void {
  if (!pool.factors.includes(factor)) throw invalidParameter(`${factor} is not enabled by the user pool.`);
  if (factor === 'SOFTWARE_TOKEN_MFA' && !user.authenticator) {
    throw invalidParameter('User has not verified software token mfa');
  }
  const attribute = factorAttribute[factor];
  if (attribute !== undefined && !user.attributes[attribute])
    throw invalidParameter(`User has no ${attribute}`);
}
