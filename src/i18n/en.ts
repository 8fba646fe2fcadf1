import type { Texts } from './texts.js';

export const en: Texts = {
  problems: {
    'auth.invalid_credentials': {
      title: 'Sign-in refused',
      // One text for all reasons, so it names every remedy.
      detail:
        'The e-mail address or the password is wrong, or this account cannot sign in at the moment. Check both and try again in a few ' +
        'minutes, reset the password, open the confirmation e-mail if you signed up recently, or contact support.',
    },
    'auth.token_invalid': {
      title: 'Not signed in',
      detail: 'The token is missing, expired or no longer valid. Refresh it or sign in again.',
    },
    'auth.challenge_expired': {
      title: 'Sign-in step expired',
      detail: 'This step took too long or is already completed. Sign in again.',
    },
    'auth.challenge_unsupported': {
      title: 'Sign-in step not supported',
      detail: 'This account requires a sign-in step that is not supported here. Contact support.',
    },
    'auth.code_wrong': {
      title: 'Wrong code',
      detail: 'The code is wrong. Check it and try again.',
    },
    'auth.code_expired': {
      title: 'Code expired',
      detail:
        'The code has expired or was already used. Wait for the next one, or sign in again to get a new one.',
    },
    'auth.csrf': {
      title: 'Request from another site',
      detail:
        'The browser reports that this request comes from another site. Send it from the application itself.',
    },
    'auth.cookie_cross_site': {
      title: 'Cookie of another site',
      detail:
        'The browser drops the session cookie, because this page belongs to another site than the sign-in service. Serve both under one registrable domain and one scheme, or sign in with tokens.',
    },
    'auth.forbidden': {
      title: 'Not allowed',
      detail: 'You are signed in, but you do not have permission to do this. Ask an administrator.',
    },
    'auth.reauthentication_required': {
      title: 'Confirm your identity',
      detail:
        'This requires a recent sign-in. Send the request again with your password (and, if you use a second factor, its code), or sign in again.',
    },
    'auth.account_link_conflict': {
      title: 'Account cannot be linked',
      detail:
        'The address is not verified or already belongs to another account. Verify the address, or contact support to merge the accounts.',
    },
    'request.invalid': {
      title: 'Invalid request',
      detail:
        'A part of the request is missing or invalid. Correct the fields listed in "errors" and send the request again.',
    },
    'request.not_found': {
      title: 'Not found',
      detail: 'There is nothing at this address. See /docs for the available routes.',
    },
    'passwords.blank': { title: 'Password missing', detail: 'Enter a password.' },
    'passwords.confirmation_mismatch': {
      title: 'Passwords do not match',
      detail: 'Enter the same password twice.',
    },
    'passwords.code_missing': { title: 'Code missing', detail: 'Enter the code from the e-mail.' },
    'passwords.reset_not_started': {
      title: 'No reset in progress',
      detail: 'Request a reset first. Its code is valid for a limited time.',
    },
    'passwords.code_wrong': {
      title: 'Code wrong or expired',
      detail:
        'The code is wrong, has expired or was already used. Check it, or request a new one. After several attempts, wait an hour.',
    },
    'passwords.code_expired': {
      title: 'Code expired',
      detail: 'The code has expired or was already used. Request a new one.',
    },
    'passwords.policy': {
      title: 'Password not accepted',
      detail: 'The password does not meet the rules listed in "errors". Choose another password.',
    },
    'passwords.reused': {
      title: 'Password already used',
      detail: 'Choose a password that has not been used for this account before.',
    },
    'passwords.reset_required': {
      title: 'Password reset required',
      detail:
        'The password is right, but it no longer meets the rules. Reset it with a code that you receive by e-mail.',
    },
    'users.confirmation_invalid': {
      title: 'Link invalid or expired',
      detail:
        'This confirmation link is wrong, has expired or was replaced by a newer one. Request a new e-mail.',
    },
    too_many_requests: {
      title: 'Too many attempts',
      detail: 'Wait for the number of seconds in "retryAfter", then try again.',
    },
    'legacy.unavailable': {
      title: 'Old user database unavailable',
      detail: 'Your account cannot be checked right now. Try again in a moment.',
    },
    'cognito.unexpected_answer': {
      title: 'Unexpected response from the sign-in service',
      detail:
        'Something went wrong on our side. Try again; if it keeps happening, contact support with the request ID.',
    },
    'cognito.unavailable': { title: 'Sign-in service unavailable', detail: 'Try again in a moment.' },
    'cognito.credentials_missing': {
      title: 'Not available here',
      detail: 'This function requires AWS credentials, which are not configured. Contact support.',
    },
    overloaded: { title: 'Service overloaded', detail: 'Try again in a moment.' },
    internal: {
      title: 'Internal error',
      detail:
        'Something went wrong on our side. Try again; if it keeps happening, contact support with the request ID.',
    },
  },
  messages: {
    'request.unreadable': 'the request cannot be processed',
    'request.headers_too_large': 'the headers are too large',
    'request.address_too_long': 'the address is too long',
    'request.too_slow': 'the request did not arrive in time',
    'body.not_json': 'the body must be well-formed JSON in UTF-8',
    'body.not_an_object': 'the body must be a JSON object',
    'body.not_sent_as_json': 'the body must be sent as application/json',
    'body.too_large': 'the body is too large',
    'field.unknown_field': 'is not a field of this request',
    'field.missing': 'is missing',
    'field.invalid': 'is invalid',
    'field.not_text': 'must be text',
    'field.not_a_boolean': 'must be true or false',
    'field.not_a_whole_number': 'must be a whole number',
    'field.not_an_email': 'must be an e-mail address',
    'field.not_storable': 'must not contain NUL or lone surrogates',
    'field.not_a_text_map': 'must be an object whose values are text',
    'field.not_a_profile': 'must be a JSON object of at most {maximum} bytes that can be stored',
    'field.not_roles': 'must be a list of at most {maximum} role names without duplicates',
    'field.not_a_number_from': 'must be a number from {minimum} to {maximum}',
    'field.not_a_cursor': 'is not a valid pagination cursor',
    'field.too_long': 'must be at most {maximum} characters long',
    'field.blank': 'must not be empty',
    'field.not_allowed': 'must be one of: {choices}',
    'password.blank': 'must not be blank',
    'password.mismatch': 'must match the password',
    'password.too_short': 'is too short',
    'password.too_long': 'is too long',
    'password.needs_upper_case': 'needs an upper-case letter',
    'password.needs_lower_case': 'needs a lower-case letter',
    'password.needs_digit': 'needs a digit',
    'password.needs_symbol': 'needs a symbol',
    'password.outer_white_space': 'must not start or end with white space or contain a line break',
    'password.against_the_rules': 'does not meet the password rules',
    'code.missing': 'must be the code from the e-mail',
    'reset.missing': 'is missing: no reset is in progress',
  },
};
