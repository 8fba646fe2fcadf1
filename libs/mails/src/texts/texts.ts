/** The kinds of Cognito's messages. */
export type MessageKind = 'sign_up' | 'reset' | 'attribute' | 'sign_in' | 'invitation';

/** `{appName}` and, in invitations, `{username}` are placeholders. */
export interface MessageText {
  subject: string;
  /** Before the code. */
  before: string[];
  after: string[];
  /** `{code}` is a placeholder too. At most 140 characters with the longest name. */
  sms: string;
}

/** The sentences around every mail. */
export interface FrameTexts {
  greeting: string;
  /** `{appName}` is a placeholder. */
  footer: string;
  /** Before the plain link, for mail clients that do not show the button. */
  ifButtonFails: string;
}

export interface SharedTexts {
  frame: FrameTexts;
  /** The label of the link to the page that takes a reset code. */
  resetButton: string;
  messages: Record<MessageKind, MessageText>;
}
