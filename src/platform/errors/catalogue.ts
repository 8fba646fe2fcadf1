import type { ErrorCode } from '#contracts';

interface Entry {
  status: number;
  title: string;
  /** What happened and the caller's next step. */
  detail: string;
}

/** Every error the API can answer with: the one place for status and text. */
export const catalogue: Record<ErrorCode, Entry> = {
  'auth.invalid_credentials': {
    status: 401,
    title: 'Sign-in refused',
    // One text for all reasons, so it names every way out.
    detail:
      'E-mail or password is wrong, or this account cannot sign in right now. Check both and try again in a few minutes, ' +
      'reset the password, open the confirmation mail if you signed up recently, or contact support.',
  },
  'auth.token_invalid': {
    status: 401,
    title: 'Not signed in',
    detail: 'The token is missing, expired or no longer valid. Refresh it or sign in again.',
  },
  'auth.account_link_conflict': {
    status: 409,
    title: 'Account cannot be linked',
    detail:
      'The address is not verified or already belongs to another sign-in. Verify the address, or contact support to have the accounts joined.',
  },
  'request.invalid': {
    status: 422,
    title: 'Request not understood',
    detail:
      'Something in the request is missing or has the wrong form. See "errors" for each field, correct it and send it again.',
  },
  'request.not_found': {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing at this address. /docs lists what there is.',
  },
  'passwords.blank': {
    status: 422,
    title: 'Password missing',
    detail: 'Choose a new password.',
  },
  'passwords.confirmation_mismatch': {
    status: 422,
    title: 'Passwords differ',
    detail: 'Type the same password twice.',
  },
  'passwords.code_missing': {
    status: 422,
    title: 'Code missing',
    detail: 'Enter the code from the mail.',
  },
  'passwords.reset_not_started': {
    status: 422,
    title: 'No reset under way',
    detail: 'Ask for a reset first; its code is valid for a limited time.',
  },
  'passwords.code_wrong': {
    status: 422,
    title: 'Wrong code',
    detail: 'This is not the code that was mailed. Check it and try again.',
  },
  'passwords.code_expired': {
    status: 422,
    title: 'Code no longer valid',
    detail: 'The code is too old or was used already. Ask for a new one.',
  },
  'passwords.policy': {
    status: 422,
    title: 'Password not accepted',
    detail: 'The password does not meet the rules. See "errors" for what is missing and choose another one.',
  },
  'passwords.reused': {
    status: 422,
    title: 'Password used before',
    detail: 'Choose a password that was not used for this account before.',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many attempts',
    detail: 'Wait as long as "retryAfter" says, then try again.',
  },
  'cognito.unexpected_answer': {
    status: 502,
    title: 'Sign-in service answered unexpectedly',
    detail: 'The fault is not yours. Try again; if it stays, contact support with the request id.',
  },
  'cognito.unavailable': {
    status: 503,
    title: 'Sign-in service unavailable',
    detail: 'Try again in a moment.',
  },
  overloaded: {
    status: 503,
    title: 'Too busy',
    detail: 'Try again in a moment.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'The fault is ours. Try again; if it stays, contact support with the request id.',
  },
};
