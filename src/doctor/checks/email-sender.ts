import type { Check } from '../check.js';
import { updatePool } from '../remedies.js';

export const emailSender: Check = {
  id: 'pool.email_sender',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { Arn, EmailConfiguration, LambdaConfig } = await facts.pool();
    if (EmailConfiguration?.EmailSendingAccount === 'DEVELOPER' || LambdaConfig?.CustomEmailSender)
      return undefined;
    const { region } = facts.settings('userPool');
    const domain = facts.settings('http').publicUrl.hostname;
    return {
      severity: 'warning',
      title: "The pool sends mail with Cognito's own sender.",
      effect: 'It sends 50 mails a day for the whole AWS account: after that, nobody gets a reset code.',
      remedy: await updatePool(facts, {
        EmailConfiguration: {
          ...EmailConfiguration,
          EmailSendingAccount: 'DEVELOPER',
          // Of the identity that is verified in Amazon SES.
          SourceArn: `arn:aws:ses:${region}:${Arn?.split(':')[4] ?? 'ACCOUNT'}:identity/${domain}`,
        },
      }),
      changeable: true,
    };
  },
};
