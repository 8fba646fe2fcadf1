import type { Context } from '../context.js';
import type { Client, Pool } from '../state/records.js';
import { runTrigger } from './run-trigger.js';

interface Applicant {
  source: 'PreSignUp_SignUp' | 'PreSignUp_AdminCreateUser';
  userName: string;
  attributes: Record<string, string>;
  validationData: Record<string, string> | null;
  clientMetadata: Record<string, string> | null | undefined;
}

export interface PreSignUpAnswer {
  autoConfirms: boolean;
  /** Attributes that the trigger marks as verified. */
  verified: Record<string, string>;
}

/** May throw to refuse a new user. (Developer guide, Pre sign-up Lambda trigger) */
export async function runPreSignUp(
  context: Context,
  where: { pool: Pool; client?: Client },
  applicant: Applicant,
): Promise<PreSignUpAnswer> {
  const { source, userName, attributes, validationData, clientMetadata } = applicant;
  const answer = await runTrigger(context, where, {
    trigger: 'PreSignUp',
    source,
    userName,
    request: { userAttributes: attributes, validationData, clientMetadata: clientMetadata ?? null },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  });
  return {
    autoConfirms: answer?.['autoConfirmUser'] === true,
    verified: {
      ...(answer?.['autoVerifyEmail'] === true && { email_verified: 'true' }),
      ...(answer?.['autoVerifyPhone'] === true && { phone_number_verified: 'true' }),
    },
  };
}
