import type { Factor, PoolSettings } from '../state/records.js';
import { invalidParameter } from '../wire/errors.js';

export function checkPoolSettings(settings: PoolSettings, factors = firstFactors(settings)): void {
  if (settings.UsernameAttributes?.length && settings.AliasAttributes?.length) {
    throw invalidParameter('Only one of aliasAttributes or usernameAttributes can be set in a user pool.');
  }
  const mfa = settings.MfaConfiguration ?? 'OFF';
  if (mfa !== 'OFF' && factors.length === 0) {
    throw invalidParameter(
      'SMS configuration and Auto verification for phone_number are required when MFA is required/optional',
    );
  }
  const minimum = settings.Policies?.PasswordPolicy?.MinimumLength;
  if (minimum !== undefined && (minimum < 6 || minimum > 99)) {
    throw invalidParameter("1 validation error detected: Value at 'minimumLength' must be between 6 and 99");
  }
  checkTriggers(settings);
  checkSchema(settings);
}

/** A pool begins with text messages only; the others are switched on with SetUserPoolMfaConfig. */
export const firstFactors = ({ SmsConfiguration }: PoolSettings): Factor[] =>
  SmsConfiguration ? ['SMS_MFA'] : [];

const supportedTriggers = [
  'CustomMessage',
  'PostAuthentication',
  'PostConfirmation',
  'PreAuthentication',
  'PreSignUp',
  'PreTokenGeneration',
  'UserMigration',
];

function checkTriggers({ LambdaConfig }: PoolSettings): void {
  const unknown = Object.keys(LambdaConfig ?? {}).find((name) => !supportedTriggers.includes(name));
  if (unknown !== undefined)
    throw invalidParameter(`The local user pool does not support the trigger ${unknown}.`);
}

/** (Developer guide, Quotas in Amazon Cognito: custom attributes) */
function checkSchema(settings: PoolSettings): void {
  const schema = settings.Schema ?? [];
  if (schema.length > 50) throw invalidParameter('Schema attributes must not be more than 50.');
  for (const { Name } of schema) {
    if (!Name || Name.length > 20 || !/^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u.test(Name)) {
      throw invalidParameter(`Invalid attribute name in the schema: ${Name ?? ''}`);
    }
  }
}
