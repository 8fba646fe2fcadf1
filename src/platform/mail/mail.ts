import type { Language } from '../texts/languages.js';

/** Every mail that Usher sends to people, and what its text needs to know. */
export interface PersonMailValues {
  /** Please confirm your address. */
  confirmation: { link: string };
  /** Somebody signed up with the address of an account that is there already. */
  sign_up_exists: Record<never, string>;
  /** The password is another one now. */
  password_changed: Record<never, string>;
  /** To the new address: please confirm it. */
  email_change_confirm: { link: string };
  /** To the old address: a change was requested, and the link cancels it. */
  email_change_notice: { newAddress: string; link: string };
  /** To the old address: it is no longer the account's. */
  email_changed: Record<never, string>;
}

/** Mails to whoever operates Usher. They are in English, as the log and the commands are. */
export interface OperatorMailValues {
  /** A certificate is close to its end, or has expired. `notAfter` is in UTC. */
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
