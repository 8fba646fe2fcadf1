import type { PasswordPolicyType } from '@aws-sdk/client-cognito-identity-provider';
import type { PoolSettings } from './records.js';

/** Default: true, as in the API; the default of the console is false. */
export const isCaseSensitive = (settings: PoolSettings): boolean =>
  settings.UsernameConfiguration?.CaseSensitive ?? true;

export const usesAddressAsUsername = (settings: PoolSettings): boolean =>
  (settings.UsernameAttributes ?? []).length > 0;

/** The default password policy. */
const defaultPolicy: PasswordPolicyType = {
  MinimumLength: 8,
  RequireUppercase: true,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
};

export const passwordPolicy = (settings: PoolSettings): PasswordPolicyType => ({
  TemporaryPasswordValidityDays: settings.AdminCreateUserConfig?.UnusedAccountValidityDays ?? 7,
  ...(settings.Policies?.PasswordPolicy ?? defaultPolicy),
});

/** 0 also means the default of 7 days. */
export const temporaryPasswordDays = (settings: PoolSettings): number =>
  passwordPolicy(settings).TemporaryPasswordValidityDays || 7;

export const isAutoVerified = (settings: PoolSettings, attribute: string): boolean =>
  (settings.AutoVerifiedAttributes ?? []).some((name) => name === attribute);

/** There is one account. */
export const poolArn = (id: string): string =>
  `arn:aws:cognito-idp:${id.split('_')[0]}:000000000000:userpool/${id}`;
