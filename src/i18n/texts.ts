import type { ErrorCode } from '#contracts';

/** Problems of a field, or of the request as a whole. Each has a text in every language. */
export type ValidationMessage =
  | 'request.unreadable'
  | 'request.headers_too_large'
  | 'request.address_too_long'
  | 'request.too_slow'
  | 'body.not_json'
  | 'body.not_an_object'
  | 'body.not_sent_as_json'
  | 'body.too_large'
  | 'field.unknown_field'
  | 'field.missing'
  | 'field.invalid'
  | 'field.not_text'
  | 'field.not_a_boolean'
  | 'field.not_a_whole_number'
  | 'field.not_an_email'
  | 'field.not_storable'
  | 'field.not_a_text_map'
  | 'field.not_a_profile'
  | 'field.not_roles'
  | 'field.not_a_number_from'
  | 'field.not_a_cursor'
  | 'field.too_long'
  | 'field.blank'
  | 'field.not_allowed'
  | 'password.blank'
  | 'password.mismatch'
  | 'password.too_short'
  | 'password.too_long'
  | 'password.needs_upper_case'
  | 'password.needs_lower_case'
  | 'password.needs_digit'
  | 'password.needs_symbol'
  | 'password.outer_white_space'
  | 'password.against_the_rules'
  | 'code.missing'
  | 'reset.missing';

export interface ProblemText {
  title: string;
  /** What happened and the caller's next step. */
  detail: string;
}

/** All texts of the API in one language. */
export interface Texts {
  problems: Record<ErrorCode, ProblemText>;
  /** Each text follows the name of the field. `{name}` is a placeholder for a value. */
  messages: Record<ValidationMessage, string>;
}
