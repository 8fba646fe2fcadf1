import type { Context } from '../context.js';
import type { Pool, User } from '../state/records.js';
import { invalidParameter } from '../wire/errors.js';
import { sendMessage } from './messages.js';

/** The default of Cognito is SMS, even for users without a phone number. */
export function invitationAttribute(attributes: Record<string, string>, desired: string[] = ['SMS']): string {
  if (desired.includes('EMAIL') && attributes['email']) return 'email';
  if (desired.includes('SMS') && attributes['phone_number']) return 'phone_number';
  throw invalidParameter(
    `The user has no address for ${desired.join(' or ')}: name DesiredDeliveryMediums, or suppress the message.`,
  );
}

export function sendInvitation(
  context: Context,
  recipient: { pool: Pool; user: User },
  password: string,
  options: { desired: string[] | undefined; clientMetadata: Record<string, string> | undefined },
): Promise<void> {
  const attribute = invitationAttribute(recipient.user.attributes, options.desired);
  const { clientMetadata } = options;
  return sendMessage(context, recipient, { kind: 'invitation', attribute, code: password, clientMetadata });
}
