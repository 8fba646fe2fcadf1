import type { AuthFactorType, GetUserAuthFactorsResponse } from '@aws-sdk/client-cognito-identity-provider';
import type { Factor, Pool, User } from '../state/records.js';

export const mfaMode = ({ settings }: Pool): string => settings.MfaConfiguration ?? 'OFF';

/** The factors that the user has set up and the pool allows. */
export function usableFactors(pool: Pool, user: User): Factor[] {
  if (mfaMode(pool) === 'OFF') return [];
  const own: Factor[] = [...user.factors];
  // If MFA is required, a phone number is a factor without further settings.
  if (mfaMode(pool) === 'ON' && user.attributes['phone_number'] && !own.includes('SMS_MFA'))
    own.push('SMS_MFA');
  return own.filter((factor) => pool.factors.includes(factor));
}

export const factorAttribute: Partial<Record<Factor, string>> = {
  EMAIL_MFA: 'email',
  SMS_MFA: 'phone_number',
};

/** The name of e-mail MFA in GetUser and AdminGetUser. */
const shownName = (factor: Factor): string => (factor === 'EMAIL_MFA' ? 'EMAIL_OTP' : factor);

export function presentFactors({ factors, preferredFactor }: User) {
  return {
    ...(factors.length > 0 && { UserMFASettingList: factors.map(shownName) }),
    ...(preferredFactor && { PreferredMfaSetting: shownName(preferredFactor) }),
  };
}

const authFactors: Record<Factor, AuthFactorType> = {
  EMAIL_MFA: 'EMAIL_OTP',
  SMS_MFA: 'SMS_OTP',
  SOFTWARE_TOKEN_MFA: 'SOFTWARE_TOKEN',
};

/** GetUserAuthFactors. The only first factor here is the password. */
export const presentAuthFactors = (pool: Pool, user: User): GetUserAuthFactorsResponse => ({
  Username: user.username,
  ...presentFactors(user),
  ConfiguredUserAuthFactors: [
    ...(user.password || user.importedHash ? (['PASSWORD'] as const) : []),
    ...usableFactors(pool, user).map((factor) => authFactors[factor]),
  ],
});
