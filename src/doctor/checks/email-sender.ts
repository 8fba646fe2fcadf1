import type { Check } from '../check.js';
import { updatePool } from '../remedies.js';

export const emailSender: Check = {
  id: 'pool.email_sender',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { EmailConfiguration, LambdaConfig } = await facts.pool();
    if (EmailConfiguration?.EmailSendingAccount === 'DEVELOPER' || LambdaConfig?.CustomEmailSender)
      return undefined;
    return {
      severity: 'warning',
      title: "The pool sends mail with Cognito's own sender.",
      effect: 'It sends 50 mails a day for the whole AWS account: after that, nobody gets a reset code.',
      remedy: await updatePool(facts, {
        EmailConfiguration: {
          ...EmailConfiguration,
          EmailSendingAccount: 'DEVELOPER',
          SourceArn: 'SES_IDENTITY_ARN',
        },
      }),
      changeable: true,
    };
  },
};
