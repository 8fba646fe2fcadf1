import type { OperatorMailValues, PersonMailValues } from './mail.js';

/** One mail in one language. `{name}` stands for a value. */
export interface MailText {
  subject: string;
  paragraphs: string[];
  /** What the button says that opens the mail's link. */
  button?: string;
}

export type OperatorMailTexts = Record<keyof OperatorMailValues, MailText>;

export interface MailTexts {
  mails: Record<keyof PersonMailValues, MailText>;
  greeting: string;
  /** Under every mail. `{service}` is the name of the host that people know. */
  footer: string;
  /** Before the bare link, for programs that show no button. */
  ifButtonFails: string;
}
