import type { Check } from '../check.js';
import { NotChecked } from '../facts.js';

/** Requests per second by default ("Quotas in Amazon Cognito"). AWS lowers the quotas of some new accounts. */
const defaults = {
  UserAuthentication: { limit: 120, what: 'sign-ins' },
  UserCreation: { limit: 50, what: 'sign-ups and migrations' },
};

const limitCheck = (id: string, category: keyof typeof defaults): Check => ({
  id,
  area: 'quotas',
  atStart: true,
  async find(facts) {
    const value = await facts.limitOf(category);
    if (value === undefined) throw new NotChecked('Cognito does not say the limit');
    const { limit, what } = defaults[category];
    if (value >= limit) return undefined;
    const { region } = facts.settings('userPool');
    return {
      severity: 'warning',
      title: `The AWS account may send ${value} requests a second of the category ${category} in ${region}; the default is ${limit}.`,
      effect: `More ${what} at a time, of all pools of the account, are refused with status 503.`,
      remedy: `aws service-quotas list-service-quotas --service-code cognito-idp --region ${region}`,
      changeable: true,
    };
  },
});

export const userAuthenticationLimit = limitCheck('quotas.user_authentication', 'UserAuthentication');
export const userCreationLimit = limitCheck('quotas.user_creation', 'UserCreation');
