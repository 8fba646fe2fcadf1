import type { Language } from '../i18n/languages.js';

/** The mails to users, with the values of their texts. */
export interface PersonMailValues {
  /** Asks to confirm the address. */
  confirmation: { link: string };
  /** A sign-up with the address of an existing account. */
  sign_up_exists: Record<never, string>;
  /** The password was changed. */
  password_changed: Record<never, string>;
  /** It is unknown whether the password was changed. */
  password_may_have_changed: Record<never, string>;
  /** A refresh token was used by two parties, and sessions were revoked. */
  session_reused: Record<never, string>;
  /** An authenticator app was set up or replaced. */
  mfa_enabled: Record<never, string>;
  /** The second factors were removed: by the owner, by an administrator or at a reset. */
  mfa_removed: Record<never, string>;
  /** It is unknown whether the second factor was changed. */
  mfa_may_have_changed: Record<never, string>;
  /** An administrator allowed a reset to remove the second factors. */
  mfa_removal_allowed: Record<never, string>;
  /** To a legacy user: asks to choose a new password on the page of the link, which holds no token. */
  reset_invitation: { link: string };
  /** To the new address: asks to confirm it. */
  email_change_confirm: { link: string };
  /** To the old address: a change was requested, and the link cancels it. */
  email_change_notice: { newAddress: string; link: string };
  /** To the old address: it is no longer the account's. */
  email_changed: Record<never, string>;
}

/** Mails to operators, in English. */
export interface OperatorMailValues {
  /** A certificate expires soon or has expired. `notAfter` is in UTC. */
  certificate_expires: { names: string; notAfter: string; reason: string };
}

export interface MailValues extends PersonMailValues, OperatorMailValues {}

export type MailName = keyof MailValues;

export interface Mail<Name extends MailName = MailName> {
  /** One address. */
  to: string;
  mail: Name;
  language: Language;
  values: MailValues[Name];
}

/** The text of a mail in one language, with `{placeholders}` for values. */
export interface MailText {
  subject: string;
  paragraphs: string[];
  /** The label of the button that opens the mail's link, or the hosted page of the mail. */
  button?: string;
}

export type OperatorMailTexts = Record<keyof OperatorMailValues, MailText>;

/** The sentences around every mail are in `#mails`. */
export interface MailTexts {
  mails: Record<keyof PersonMailValues, MailText>;
}
