import type { Context } from '../context.js';
import type { Client, Pool, User } from '../state/records.js';
import { runTrigger, triggerAttributes } from '../triggers/run-trigger.js';
import { unrecognizable } from '../triggers/trigger-failure.js';
import type { Message } from './deliveries.js';

/** The content of a message before its text is chosen. */
export interface Notice {
  kind: 'sign-up' | 'resend' | 'reset' | 'update-attribute' | 'verify-attribute' | 'mfa' | 'invitation';
  attribute: string;
  code: string;
  clientMetadata?: Record<string, string> | undefined;
}

interface Recipient {
  pool: Pool;
  client?: Client | undefined;
  user: User;
}

interface Words {
  subject: string;
  text: string;
}

const kinds: Record<Notice['kind'], { source: string; purpose: Message['purpose'] }> = {
  'sign-up': { source: 'CustomMessage_SignUp', purpose: 'sign-up' },
  resend: { source: 'CustomMessage_ResendCode', purpose: 'sign-up' },
  reset: { source: 'CustomMessage_ForgotPassword', purpose: 'reset' },
  'update-attribute': { source: 'CustomMessage_UpdateUserAttribute', purpose: 'verify-attribute' },
  'verify-attribute': { source: 'CustomMessage_VerifyUserAttribute', purpose: 'verify-attribute' },
  mfa: { source: 'CustomMessage_Authentication', purpose: 'mfa' },
  invitation: { source: 'CustomMessage_AdminCreateUser', purpose: 'invitation' },
};

const codePlaceholder = '{####}';
const namePlaceholder = '{username}';
// A literal; confirmation links are not supported.
const linkPlaceholder = '{##Click Here##}';

/** Sends a code with the text of the pool or of its CustomMessage trigger. */
export async function sendMessage(
  context: Context,
  recipient: Recipient,
  notice: Notice,
  destination = recipient.user.attributes[notice.attribute] ?? '',
): Promise<void> {
  const { pool, user } = recipient;
  const medium = notice.attribute === 'phone_number' ? 'SMS' : 'EMAIL';
  const words = await customWords(context, recipient, notice, poolWords(pool, notice));
  const fill = (text: string) =>
    text.replaceAll(codePlaceholder, () => notice.code).replaceAll(namePlaceholder, () => user.username);
  await context.deliveries.send({
    poolId: pool.id,
    username: user.username,
    purpose: kinds[notice.kind].purpose,
    medium,
    destination,
    subject: fill(words.subject),
    text: fill(words.text),
    code: notice.code,
  });
}

function poolWords({ settings, emailMfa }: Pool, { kind, attribute }: Notice): Words {
  if (kind === 'invitation') {
    const template = settings.AdminCreateUserConfig?.InviteMessageTemplate;
    return {
      subject: template?.EmailSubject ?? 'Your temporary password',
      text: template?.EmailMessage ?? 'Your username is {username} and temporary password is {####}.',
    };
  }
  if (kind === 'mfa') {
    const text = attribute === 'email' ? emailMfa?.Message : settings.SmsAuthenticationMessage;
    return {
      subject: emailMfa?.Subject ?? 'Your authentication code',
      text: text ?? 'Your authentication code is {####}.',
    };
  }
  const template = settings.VerificationMessageTemplate;
  return {
    subject: template?.EmailSubject ?? settings.EmailVerificationSubject ?? 'Your verification code',
    text: template?.EmailMessage ?? settings.EmailVerificationMessage ?? 'Your confirmation code is {####}',
  };
}

/** In characters. (API reference, VerificationMessageTemplateType) */
const limits = { smsMessage: 140, emailMessage: 20_000, emailSubject: 140 };

/** (Developer guide, Custom message Lambda trigger) */
async function customWords(
  context: Context,
  recipient: Recipient,
  notice: Notice,
  words: Words,
): Promise<Words> {
  const { user, pool } = recipient;
  const answer = await runTrigger(context, recipient, {
    trigger: 'CustomMessage',
    source: kinds[notice.kind].source,
    userName: user.username,
    request: {
      userAttributes: triggerAttributes(user),
      codeParameter: codePlaceholder,
      linkParameter: linkPlaceholder,
      usernameParameter: notice.kind === 'invitation' ? namePlaceholder : null,
      clientMetadata: notice.clientMetadata ?? null,
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  });
  const required = notice.kind === 'invitation' ? [codePlaceholder, namePlaceholder] : [codePlaceholder];
  const subject = givenText(answer, 'emailSubject', []);
  const mail = givenText(answer, 'emailMessage', required);
  const sms = givenText(answer, 'smsMessage', required);
  const isOwnSender = pool.settings.EmailConfiguration?.EmailSendingAccount === 'DEVELOPER';
  if (!isOwnSender && (mail ?? subject) !== undefined) throw unrecognizable();
  const text = notice.attribute === 'phone_number' ? sms : mail;
  return { subject: subject ?? words.subject, text: text ?? words.text };
}

/** @throws InvalidLambdaResponseException for a text that Cognito cannot send */
function givenText(
  answer: Record<string, unknown> | undefined,
  name: keyof typeof limits,
  required: string[],
): string | undefined {
  const text = answer?.[name] ?? undefined;
  if (text === undefined) return undefined;
  const isSendable =
    typeof text === 'string' &&
    text.length <= limits[name] &&
    required.every((placeholder) => text.includes(placeholder));
  if (!isSendable) throw unrecognizable();
  return text;
}
