import { fill } from './fill.js';
import type { Language } from './languages.js';
import { mailHtml } from './mail-html.js';
import { sharedTexts } from './texts/index.js';
import type { MessageKind } from './texts/texts.js';

export interface CognitoMessageRequest {
  kind: MessageKind;
  language: Language;
  /** Of any length and content; see `plainName`. */
  appName: string;
  /** The page that takes a reset code; only mails of the kind `reset` have it. */
  resetLink?: string | undefined;
  /** Cognito replaces it with the code or the temporary password: `{####}`. */
  codeParameter: string;
  /** Cognito replaces it with the user name: `{username}`. */
  usernameParameter?: string | undefined;
}

/** The response of Cognito's CustomMessage trigger. Mails of Cognito have no text part. */
export interface CognitoMessage {
  emailSubject: string;
  emailMessage: string;
  smsMessage: string;
}

/** Returns Cognito's message of this kind in our words. */
export function cognitoMessage(request: CognitoMessageRequest): CognitoMessage {
  const { kind, language, codeParameter: code, usernameParameter: username, resetLink } = request;
  const appName = plainName(request.appName);
  const { messages, resetButton } = sharedTexts[language];
  const { subject, before, after, sms } = messages[kind];
  const filled = (text: string) => fill(text, { appName, username });
  const button =
    kind === 'reset' && resetLink !== undefined ? { label: resetButton, link: resetLink } : undefined;
  return {
    emailSubject: filled(subject),
    emailMessage: mailHtml({
      language,
      appName,
      subject: filled(subject),
      before: before.map(filled),
      code,
      button,
      after: after.map(filled),
    }),
    smsMessage: fill(sms, { appName: start(appName, longestInSms), username, code }),
  };
}

/** As many characters as the API accepts for APP_NAME. */
const longestName = 64;

/** A text message has 140 characters, of which some need two. */
const longestInSms = 32;

/** Does not cut a surrogate pair. */
const start = (text: string, length: number): string => [...text].slice(0, length).join('').trim();

/**
 * The name as one line without what Cognito refuses (the pattern of EmailVerificationMessageType has no control characters)
 * or would replace (`{####}`).
 */
export function plainName(name: string): string {
  const plain = name
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/[{}]/g, '')
    .trim();
  return start(plain, longestName);
}
