import type { Texts } from './texts.js';

export const en: Texts = {
  problems: {
    'auth.invalid_credentials': {
      title: 'Sign-in refused',
      // One text for all reasons, so it names every way out.
      detail:
        'E-mail or password is wrong, or this account cannot sign in right now. Check both and try again in a few minutes, ' +
        'reset the password, open the confirmation mail if you signed up recently, or contact support.',
    },
    'auth.token_invalid': {
      title: 'Not signed in',
      detail: 'The token is missing, expired or no longer valid. Refresh it or sign in again.',
    },
    'auth.challenge_expired': {
      title: 'Sign-in step expired',
      detail: 'This step took too long or was answered already. Sign in again.',
    },
    'auth.challenge_unsupported': {
      title: 'Sign-in step not supported',
      detail: 'This account needs a sign-in step that is not available here. Contact support.',
    },
    'auth.code_wrong': {
      title: 'Wrong code',
      detail: 'This is not the code that is expected. Check it and try again.',
    },
    'auth.code_expired': {
      title: 'Code no longer valid',
      detail:
        'The code is too old or was used already. Wait for the next one, or sign in again to get a new one.',
    },
    'auth.csrf': {
      title: 'Request from another site',
      detail:
        'The browser says that this request comes from another site. Send it from the application itself.',
    },
    'auth.forbidden': {
      title: 'Not allowed',
      detail: 'You are signed in, but this needs rights that you do not have. Ask an administrator.',
    },
    'auth.account_link_conflict': {
      title: 'Account cannot be linked',
      detail:
        'The address is not verified or already belongs to another sign-in. Verify the address, or contact support to have the accounts joined.',
    },
    'request.invalid': {
      title: 'Request not understood',
      detail:
        'Something in the request is missing or has the wrong form. See "errors" for each field, correct it and send it again.',
    },
    'request.not_found': {
      title: 'Not found',
      detail: 'There is nothing at this address. /docs lists what there is.',
    },
    'passwords.blank': { title: 'Password missing', detail: 'Choose a new password.' },
    'passwords.confirmation_mismatch': { title: 'Passwords differ', detail: 'Type the same password twice.' },
    'passwords.code_missing': { title: 'Code missing', detail: 'Enter the code from the mail.' },
    'passwords.reset_not_started': {
      title: 'No reset under way',
      detail: 'Ask for a reset first; its code is valid for a limited time.',
    },
    'passwords.code_wrong': {
      title: 'Wrong code',
      detail: 'This is not the code that was mailed. Check it and try again.',
    },
    'passwords.code_expired': {
      title: 'Code no longer valid',
      detail: 'The code is too old or was used already. Ask for a new one.',
    },
    'passwords.policy': {
      title: 'Password not accepted',
      detail:
        'The password does not meet the rules. See "errors" for what is missing and choose another one.',
    },
    'passwords.reused': {
      title: 'Password used before',
      detail: 'Choose a password that was not used for this account before.',
    },
    'passwords.reset_required': {
      title: 'Password must be renewed',
      detail: 'The password is right, but it does not meet today’s rules. Reset it: a code comes by mail.',
    },
    'users.confirmation_invalid': {
      title: 'Link not valid',
      detail:
        'This confirmation link is wrong, too old, or a newer one has taken its place. Ask for a new mail.',
    },
    too_many_requests: {
      title: 'Too many attempts',
      detail: 'Wait as long as "retryAfter" says, then try again.',
    },
    'cognito.unexpected_answer': {
      title: 'Sign-in service answered unexpectedly',
      detail: 'The fault is not yours. Try again; if it stays, contact support with the request id.',
    },
    'cognito.unavailable': { title: 'Sign-in service unavailable', detail: 'Try again in a moment.' },
    'cognito.credentials_missing': {
      title: 'Not available here',
      detail: 'Usher was given no AWS credentials for this. Contact support.',
    },
    overloaded: { title: 'Too busy', detail: 'Try again in a moment.' },
    internal: {
      title: 'Internal error',
      detail: 'The fault is ours. Try again; if it stays, contact support with the request id.',
    },
  },
  faults: {
    'request.unreadable': 'the request cannot be processed',
    'request.headers_too_large': 'the headers are too large',
    'request.address_too_long': 'the address is too long',
    'request.too_slow': 'the request did not arrive in time',
    'body.not_json': 'the body must be well-formed JSON in UTF-8',
    'body.not_an_object': 'the body must be a JSON object',
    'body.not_sent_as_json': 'the body must be sent as application/json',
    'body.too_large': 'the body is too large',
    'field.unknown': 'is not a field of this request',
    'field.missing': 'is missing',
    'field.invalid': 'is invalid',
    'field.not_text': 'must be text',
    'field.not_a_whole_number': 'must be a whole number',
    'field.not_an_address': 'must be an e-mail address',
    'field.not_storable': 'must not contain NUL or lone surrogates',
    'field.not_a_text_map': 'must be an object whose values are text',
    'field.not_a_profile': 'must be a JSON object of at most {max} bytes that can be stored',
    'field.not_roles': 'must be a list of at most {max} role names, each once',
    'field.not_a_number_from': 'must be a number from {min} to {max}',
    'field.not_a_cursor': 'is not what an earlier answer gave',
    'field.too_long': 'must be at most {max} characters long',
    'field.wrong_length': 'must be {min} to {max} characters long',
    'field.not_one_of': 'must be one of: {choices}',
    'password.blank': 'must not be blank',
    'password.differs': 'must be the same as the password',
    'password.too_short': 'is too short',
    'password.too_long': 'is too long',
    'password.needs_upper_case': 'needs an upper-case letter',
    'password.needs_lower_case': 'needs a lower-case letter',
    'password.needs_digit': 'needs a digit',
    'password.needs_symbol': 'needs a symbol',
    'password.against_the_rules': 'does not meet the password rules',
    'code.missing': 'must be the code from the mail',
    'reset.not_started': 'is not known: no reset is under way',
  },
};
