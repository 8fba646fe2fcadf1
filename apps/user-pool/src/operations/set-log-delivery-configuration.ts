import type {
  SetLogDeliveryConfigurationRequest,
  SetLogDeliveryConfigurationResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { checkLogConfigurations, logConfigurations, presentLogDelivery } from '../pools/log-delivery.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

/** Replaces the whole configuration. It is stored without effect. */
export const setLogDeliveryConfiguration = operation<
  SetLogDeliveryConfigurationRequest,
  SetLogDeliveryConfigurationResponse
>(
  { UserPoolId: 'text!', LogConfigurations: logConfigurations },
  (context, { UserPoolId, LogConfigurations: logs }) => {
    const pool = requirePool(context, UserPoolId);
    checkLogConfigurations(pool, logs);
    const changed = { ...pool, logs };
    context.database.savePool(changed);
    return { LogDeliveryConfiguration: presentLogDelivery(changed) };
  },
);
