import type { Check } from '../check.js';
import { cognitoCommand } from '../remedies.js';

export const logDelivery: Check = {
  id: 'pool.log_delivery',
  area: 'pool',
  atStart: false,
  async find(facts) {
    const configurations = await facts.logDelivery();
    if (configurations.some(({ EventSource }) => EventSource === 'userNotification')) return undefined;
    const notifications = {
      ...{ LogLevel: 'ERROR', EventSource: 'userNotification' },
      CloudWatchLogsConfiguration: { LogGroupArn: 'LOG_GROUP_ARN' },
    };
    const { userPoolId: UserPoolId } = facts.settings('userPool');
    const input = { UserPoolId, LogConfigurations: [...configurations, notifications] };
    return {
      severity: 'warning',
      title: 'The pool writes no log of mails that it could not send.',
      effect: 'When a reset code does not arrive, nobody can find out why.',
      remedy: cognitoCommand(facts, 'set-log-delivery-configuration', [
        ...['--cli-input-json', JSON.stringify(input)],
      ]),
      changeable: true,
    };
  },
};
