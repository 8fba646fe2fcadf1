import type { Factor, Pool, User } from '../state/records.js';

export const mfaMode = ({ settings }: Pool): string => settings.MfaConfiguration ?? 'OFF';

/** What this user can answer with, as far as the pool still allows it. */
export function usableFactors(pool: Pool, user: User): Factor[] {
  if (mfaMode(pool) === 'OFF') return [];
  const own: Factor[] = [...user.factors];
  // Where a second factor is required, a phone number is one without any further setting.
  if (mfaMode(pool) === 'ON' && user.attributes['phone_number'] && !own.includes('SMS_MFA'))
    own.push('SMS_MFA');
  return own.filter((factor) => pool.factors.includes(factor));
}

export const factorAttribute: Partial<Record<Factor, string>> = {
  EMAIL_MFA: 'email',
  SMS_MFA: 'phone_number',
};

/** How GetUser and AdminGetUser name the factor that sends mails. */
const shownName = (factor: Factor): string => (factor === 'EMAIL_MFA' ? 'EMAIL_OTP' : factor);

export function presentFactors({ factors, preferredFactor }: User) {
  return {
    ...(factors.length > 0 && { UserMFASettingList: factors.map(shownName) }),
    ...(preferredFactor && { PreferredMfaSetting: shownName(preferredFactor) }),
  };
}
