import type {
  GetLogDeliveryConfigurationRequest,
  GetLogDeliveryConfigurationResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentLogDelivery } from '../pools/log-delivery.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const getLogDeliveryConfiguration = operation<
  GetLogDeliveryConfigurationRequest,
  GetLogDeliveryConfigurationResponse
>({ UserPoolId: 'text!' }, (context, { UserPoolId }) => ({
  LogDeliveryConfiguration: presentLogDelivery(requirePool(context, UserPoolId)),
}));
