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
    // Cognito answers InvalidLambdaResponseException to a text that it cannot use (developer guide, Custom message Lambda trigger).
    const refusesTexts = LambdaConfig?.CustomMessage !== undefined;
    const domain = facts.settings('http').publicUrl.hostname;
    return {
      severity: refusesTexts ? 'error' : 'warning',
      title: "The pool sends mail with Cognito's own sender.",
      effect: refusesTexts
        ? 'With this sender Cognito refuses the mails of the CustomMessage trigger: no code is delivered.'
        : 'It sends 50 mails a day for the whole AWS account: no reset code is delivered after that.',
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
