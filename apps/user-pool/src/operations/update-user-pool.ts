import type {
  UpdateUserPoolRequest,
  UpdateUserPoolResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { refuseDuringImport } from '../imports/import-jobs.js';
import { poolMembers } from '../pools/pool-members.js';
import { checkPoolSettings } from '../pools/pool-settings.js';
import { requirePool } from '../sign-in/clients.js';
import type { Factor, Pool, PoolSettings } from '../state/records.js';
import { operation } from '../wire/operation.js';

/** Replaces all settings except immutable ones: an omitted one returns to its default. */
export const updateUserPool = operation<UpdateUserPoolRequest, UpdateUserPoolResponse>(
  { ...poolMembers, UserPoolId: 'text!', PoolName: 'text' },
  (context, { UserPoolId, ...given }) => {
    const pool = requirePool(context, UserPoolId);
    refuseDuringImport(context, pool);
    const { PoolName, AliasAttributes, UsernameAttributes, UsernameConfiguration, Schema } = pool.settings;
    const fixed = { AliasAttributes, UsernameAttributes, UsernameConfiguration, Schema };
    const settings = { ...fixed, ...given, PoolName: given.PoolName ?? PoolName };
    const factors = updatedFactors(pool, settings);
    checkPoolSettings(settings, factors);
    context.database.savePool({ ...pool, settings, factors, modifiedAt: context.clock.now() });
    return {};
  },
);

/** SMS depends on SmsConfiguration; SetUserPoolMfaConfig enables other factors, and can switch SMS off. */
function updatedFactors({ settings: old, factors }: Pool, settings: PoolSettings): Factor[] {
  const { SmsConfiguration: sms, MfaConfiguration: mode = 'OFF' } = settings;
  if (!sms) return old.SmsConfiguration ? factors.filter((factor) => factor !== 'SMS_MFA') : factors;
  const isNeeded = !old.SmsConfiguration || (factors.length === 0 && mode !== 'OFF');
  return isNeeded ? [...new Set<Factor>(['SMS_MFA', ...factors])] : factors;
}
