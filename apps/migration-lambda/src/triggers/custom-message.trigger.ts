import { type CognitoMessage, cognitoMessage, languageOfTags, type MessageKind } from '#mails';
import type { Call } from '../call.js';
import type { MessageSettings } from '../config/message-settings.js';
import type { Log } from '../log.js';
import type { MessageRequest, TriggerEvent } from '../trigger-event.js';
import { UsherError } from '../usher-error.js';

const kinds = new Map<string, MessageKind>([
  ['CustomMessage_SignUp', 'sign_up'],
  ['CustomMessage_ResendCode', 'sign_up'],
  ['CustomMessage_ForgotPassword', 'reset'],
  ['CustomMessage_UpdateUserAttribute', 'attribute'],
  ['CustomMessage_VerifyUserAttribute', 'attribute'],
  ['CustomMessage_Authentication', 'sign_in'],
  ['CustomMessage_AdminCreateUser', 'invitation'],
]);

/** In characters (API reference, VerificationMessageTemplateType and MessageTemplateType). */
const limits: Record<keyof CognitoMessage, number> = {
  emailSubject: 140,
  emailMessage: 20_000,
  smsMessage: 140,
};

/**
 * Writes Cognito's messages in our words. It needs neither the API nor the variables of the migration, and never throws: an
 * error would keep the code from the user, while an unchanged event makes Cognito send its own text.
 */
export class CustomMessageTrigger {
  private settings: MessageSettings | string | undefined;

  /** @param readSettings returns them, or the reason why there are none; called for the first message, see `readMessageSettings` */
  constructor(
    private readonly readSettings: () => MessageSettings | string,
    private readonly log: Log,
  ) {}

  /** Whether the event is for this trigger. */
  static accepts({ triggerSource }: TriggerEvent): boolean {
    return typeof triggerSource === 'string' && triggerSource.startsWith('CustomMessage_');
  }

  handle(event: TriggerEvent, call: Call): TriggerEvent {
    try {
      const response = this.write(event);
      this.writeLog(call, { level: 'info', outcome: 'message_written' });
      return { ...event, response: { ...event.response, ...response } };
    } catch (error) {
      const cause =
        error instanceof UsherError ? error.reason : error instanceof Error ? error.name : 'unknown';
      this.writeLog(call, { level: 'error', outcome: 'message_not_written', cause });
      return event;
    }
  }

  /** @throws UsherError */
  private write({ triggerSource, request }: TriggerEvent): CognitoMessage {
    const settings = (this.settings ??= this.readSettings());
    if (typeof settings === 'string') throw new UsherError(settings);
    const kind = kinds.get(triggerSource);
    if (kind === undefined) throw new UsherError('unknown trigger source');
    const { clientMetadata, userAttributes, codeParameter, usernameParameter }: MessageRequest = request;
    if (!isPlaceholder(codeParameter)) throw new UsherError('no codeParameter');
    if (kind === 'invitation' && !isPlaceholder(usernameParameter))
      throw new UsherError('no usernameParameter');
    const message = cognitoMessage({
      kind,
      ...settings,
      language: languageOfTags(clientMetadata?.language, userAttributes?.locale),
      codeParameter,
      usernameParameter: isPlaceholder(usernameParameter) ? usernameParameter : undefined,
    });
    checkLength(message);
    return message;
  }

  private writeLog(call: Call, entry: { level: 'info' | 'error'; outcome: string; cause?: string }): void {
    const { requestId, triggerSource, elapsedMs: ms } = call;
    this.log.write({ msg: 'trigger answered', requestId, triggerSource, ms, ...entry });
  }
}

/** `{####}` or `{username}`: nothing that the HTML of a mail would escape, so that Cognito finds it. */
const isPlaceholder = (value: unknown): value is string =>
  typeof value === 'string' && /^\{[^\s&<>"'{}]+\}$/.test(value);

function checkLength(message: CognitoMessage): void {
  for (const [name, limit] of Object.entries(limits) as [keyof CognitoMessage, number][])
    if (message[name].length > limit) throw new UsherError(`${name} is too long`);
}
