import { isAppError } from '../../common/errors/app-error.js';
import type { Check } from '../check.js';
import { cognitoCommand } from '../remedies.js';

/** The id of a pool begins with its Region, so a pool of another Region is not found either. */
export const poolExists: Check = {
  id: 'pool.exists',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { region, userPoolId } = facts.settings('userPool');
    const ofPool = userPoolId.slice(0, userPoolId.lastIndexOf('_'));
    if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(ofPool) && ofPool !== region)
      return {
        severity: 'error',
        title: `The pool ${userPoolId} is in another Region than AWS_REGION, ${region}.`,
        effect: 'Cognito knows no such pool there: nobody can sign in.',
        remedy: `AWS_REGION=${ofPool}`,
        changeable: true,
      };
    try {
      await facts.pool();
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return {
        severity: 'error',
        title: `There is no user pool ${userPoolId} in ${region} for these AWS credentials.`,
        effect: 'Nobody can sign in. The id is wrong, or the credentials belong to another AWS account.',
        remedy: cognitoCommand(facts, 'list-user-pools', ['--max-results', '60']),
        changeable: true,
      };
    }
    return undefined;
  },
};

/** @param error what `Facts.pool` or `Facts.appClient` threw */
export const isNotFound = (error: unknown): boolean =>
  isAppError(error) && error.cause instanceof Error && error.cause.name === 'ResourceNotFoundException';
