import type { Check } from '../check.js';
import { cognitoCommand } from '../remedies.js';

export const clientSecret: Check = {
  id: 'client.secret',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { clientId, clientSecret: configured, userPoolId } = facts.settings('cognito');
    const { ClientSecret: secret } = await facts.appClient(clientId);
    // A second secret of a rotation is not described.
    if ((secret === undefined) === (configured === undefined)) return undefined;
    if (secret === undefined)
      return {
        severity: 'error',
        title: `App client ${clientId} has no secret, but AWS_COGNITO_CLIENT_SECRET is set.`,
        effect: 'Cognito refuses every request with a secret hash: nobody can sign in.',
        remedy: 'AWS_COGNITO_CLIENT_SECRET= # leave it out',
        changeable: true,
      };
    const query = ['--query', 'UserPoolClient.ClientSecret', '--output', 'text'];
    const describe = ['--user-pool-id', userPoolId, '--client-id', clientId, ...query];
    return {
      severity: 'error',
      title: `App client ${clientId} has a secret, and AWS_COGNITO_CLIENT_SECRET is not set.`,
      effect: 'Cognito refuses every request without a secret hash: nobody can sign in.',
      remedy: `AWS_COGNITO_CLIENT_SECRET=$(${cognitoCommand(facts, 'describe-user-pool-client', describe)})`,
      changeable: true,
    };
  },
};
