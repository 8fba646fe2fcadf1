import type {
  LogConfigurationType,
  LogDeliveryConfigurationType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Pool } from '../state/records.js';
import { invalidParameter, ServiceError } from '../wire/errors.js';
import { listOf, oneOf, record, required, text } from '../wire/rules.js';

export const logConfigurations = required(
  listOf(
    record({
      LogLevel: oneOf('ERROR', 'INFO'),
      EventSource: oneOf('userNotification', 'userAuthEvents'),
      CloudWatchLogsConfiguration: record({ LogGroupArn: text }),
      S3Configuration: record({ BucketArn: text }),
      FirehoseConfiguration: record({ StreamArn: text }),
    }),
  ),
);

/** (API reference, LogConfigurationType) */
export function checkLogConfigurations({ settings }: Pool, given: LogConfigurationType[]): void {
  if (new Set(given.map(({ EventSource }) => EventSource)).size < given.length)
    throw invalidParameter('Each EventSource can have one log configuration.');
  for (const configuration of given) {
    const { CloudWatchLogsConfiguration, S3Configuration, FirehoseConfiguration } = configuration;
    const targets = [CloudWatchLogsConfiguration, S3Configuration, FirehoseConfiguration].filter(Boolean);
    if (targets.length !== 1) throw invalidParameter('A log configuration needs one destination.');
    if (configuration.EventSource === 'userNotification') {
      if (configuration.LogLevel !== 'ERROR' || !CloudWatchLogsConfiguration)
        throw invalidParameter('userNotification needs the level ERROR and CloudWatchLogsConfiguration.');
      continue;
    }
    if (configuration.LogLevel !== 'INFO') throw invalidParameter('userAuthEvents needs the level INFO.');
    if (settings.UserPoolTier !== 'PLUS')
      throw new ServiceError('FeatureUnavailableInTierException', 'userAuthEvents needs the PLUS tier.');
  }
}

export const presentLogDelivery = ({ id, logs = [] }: Pool): LogDeliveryConfigurationType => ({
  UserPoolId: id,
  LogConfigurations: logs,
});
