import type { Check } from '../check.js';
import { cognitoCommand } from '../remedies.js';

export const mfaFactors: Check = {
  id: 'pool.mfa_factors',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { MfaConfiguration, SoftwareTokenMfaConfiguration: totp, ...others } = await facts.mfa();
    if (MfaConfiguration !== 'ON' || totp?.Enabled) return undefined;
    const input = {
      UserPoolId: facts.settings('userPool').userPoolId,
      ...{ MfaConfiguration, ...others },
      SoftwareTokenMfaConfiguration: { Enabled: true },
    };
    return {
      severity: 'error',
      title: 'The pool requires a second factor, and authenticator apps are off.',
      effect: 'People without a phone number cannot finish their first sign-in.',
      remedy: cognitoCommand(facts, 'set-user-pool-mfa-config', ['--cli-input-json', JSON.stringify(input)]),
      changeable: true,
    };
  },
};
