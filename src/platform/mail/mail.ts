import type { Language } from '../texts/languages.js';

/** Every mail that Usher sends, and what its text needs to know. */
export interface MailValues {
  /** Please confirm your address. */
  confirmation: { link: string };
  /** Somebody signed up with the address of an account that is there already. */
  sign_up_exists: Record<never, string>;
  /** The password is another one now. */
  password_changed: Record<never, string>;
  /** To the new address: please confirm it. */
  email_change_confirm: { link: string };
  /** To the old address: somebody wants to change it. */
  email_change_notice: { newAddress: string };
  /** To the old address: it is no longer the account's. */
  email_changed: Record<never, string>;
}

export type MailName = keyof MailValues;

export interface Mail<Name extends MailName = MailName> {
  /** One address. */
  to: string;
  mail: Name;
  language: Language;
  values: MailValues[Name];
}
