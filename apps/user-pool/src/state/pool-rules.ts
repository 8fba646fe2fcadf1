import type { PasswordPolicyType } from '@aws-sdk/client-cognito-identity-provider';
import type { PoolSettings } from './records.js';

/** True unless switched off: the API's default, the console's is the other way round. */
export const isCaseSensitive = (settings: PoolSettings): boolean =>
  settings.UsernameConfiguration?.CaseSensitive ?? true;

export const usesAddressAsUsername = (settings: PoolSettings): boolean =>
  (settings.UsernameAttributes ?? []).length > 0;

/** What a pool gets whose creator named no policy. */
const defaultPolicy: PasswordPolicyType = {
  MinimumLength: 8,
  RequireUppercase: true,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
};

export const passwordPolicy = (settings: PoolSettings): PasswordPolicyType => ({
  TemporaryPasswordValidityDays: 7,
  ...(settings.Policies?.PasswordPolicy ?? defaultPolicy),
});

/** 0 means the default of 7 days as well. */
export const temporaryPasswordDays = (settings: PoolSettings): number =>
  passwordPolicy(settings).TemporaryPasswordValidityDays ||
  settings.AdminCreateUserConfig?.UnusedAccountValidityDays ||
  7;

export const isAutoVerified = (settings: PoolSettings, attribute: string): boolean =>
  (settings.AutoVerifiedAttributes ?? []).some((name) => name === attribute);
