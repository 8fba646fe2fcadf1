export {
  cognitoMessage,
  plainName,
  type CognitoMessage,
  type CognitoMessageRequest,
} from './cognito-message.js';
export { fill } from './fill.js';
export { languageOfTags, languages, type Language } from './languages.js';
export { mailHtml, type MailContent } from './mail-html.js';
export { pageLink } from './page-link.js';
export { sharedTexts } from './texts/index.js';
export type { FrameTexts, MessageKind } from './texts/texts.js';
