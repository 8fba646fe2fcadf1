import type { Factor, PoolSettings } from '../state/records.js';
import { isStandard } from '../users/schema.js';
import { invalidParameter, ServiceError } from '../wire/errors.js';

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
  const autoVerified = settings.AutoVerifiedAttributes ?? [];
  const { AttributesRequireVerificationBeforeUpdate: first } = settings.UserAttributeUpdateSettings ?? {};
  if (!(first ?? []).every((name) => autoVerified.includes(name))) {
    throw invalidParameter(
      'All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes',
    );
  }
  checkSchema(settings);
  checkValidityDays(settings);
  checkServices(settings);
}

/** TemporaryPasswordValidityDays replaces UnusedAccountValidityDays; DescribeUserPool returns both. */
function checkValidityDays({ AdminCreateUserConfig, Policies }: PoolSettings): void {
  const replaced = AdminCreateUserConfig?.UnusedAccountValidityDays;
  if (replaced !== undefined && Policies?.PasswordPolicy?.TemporaryPasswordValidityDays !== undefined) {
    throw invalidParameter(
      'Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays',
    );
  }
}

function checkServices({ EmailConfiguration: email, LambdaConfig, ...settings }: PoolSettings): void {
  if (email?.EmailSendingAccount === 'DEVELOPER' && !email.SourceArn)
    throw invalidParameter('EmailSendingAccount DEVELOPER needs SourceArn.');
  const { PreTokenGeneration: plain, PreTokenGenerationConfig: versioned } = LambdaConfig ?? {};
  if (plain !== undefined && versioned && versioned.LambdaArn !== plain)
    throw invalidParameter('PreTokenGeneration and PreTokenGenerationConfig name different functions.');
  const protection = settings.UserPoolAddOns?.AdvancedSecurityMode ?? 'OFF';
  if (protection !== 'OFF' && settings.UserPoolTier !== 'PLUS') {
    throw new ServiceError('FeatureUnavailableInTierException', 'Threat protection needs the PLUS tier.');
  }
}

/** A new pool supports SMS only; SetUserPoolMfaConfig enables other factors. */
export const firstFactors = ({ SmsConfiguration }: PoolSettings): Factor[] =>
  SmsConfiguration ? ['SMS_MFA'] : [];

/** Custom attributes are limited in number and cannot be required. (Developer guide, Quotas, Custom attributes) */
function checkSchema(settings: PoolSettings): void {
  const schema = settings.Schema ?? [];
  if (schema.length > 50) throw invalidParameter('Schema attributes must not be more than 50.');
  for (const { Name, Required } of schema) {
    if (!Name || Name.length > 20 || !/^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u.test(Name)) {
      throw invalidParameter(`Invalid attribute name in the schema: ${Name ?? ''}`);
    }
    if (Required && !isStandard(Name))
      throw invalidParameter(`Required custom attributes are not supported currently: ${Name}`);
  }
}
