import type { Check, Problem } from '../check.js';

export const messageFailures: Check = {
  id: 'pool.message_delivery',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { EmailConfigurationFailure: email, SmsConfigurationFailure: sms } = await facts.pool();
    const { region } = facts.settings('userPool');
    const problems: Problem[] = [];
    if (email)
      problems.push({
        severity: 'error',
        title: `Cognito cannot send mail for this pool: ${email}`,
        effect: 'Nobody gets reset codes, so nobody can reset a forgotten password.',
        remedy: `aws sesv2 list-email-identities --region ${region}`,
        changeable: true,
      });
    if (sms)
      problems.push({
        severity: 'warning',
        title: `Cognito cannot send text messages for this pool: ${sms}`,
        effect: 'People whose second factor is SMS cannot sign in.',
        remedy: `aws sns get-sms-attributes --region ${region}`,
        changeable: true,
      });
    return problems;
  },
};
