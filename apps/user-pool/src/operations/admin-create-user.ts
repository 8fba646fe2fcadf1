import type {
  AdminCreateUserRequest,
  AdminCreateUserResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import { sendInvitation } from '../delivery/invitations.js';
import { inviteAgain, inviteFirst } from '../invitations/invite-user.js';
import { requirePool } from '../sign-in/clients.js';
import { presentUser } from '../users/presented-user.js';
import { invalidParameter } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

export const adminCreateUser = operation<AdminCreateUserRequest, AdminCreateUserResponse>(
  {
    UserPoolId: 'text!',
    Username: 'username!',
    UserAttributes: 'attributes',
    ValidationData: 'attributes',
    TemporaryPassword: 'password',
    ForceAliasCreation: 'boolean',
    MessageAction: 'text',
    DesiredDeliveryMediums: 'texts',
    ClientMetadata: 'map',
  },
  async (context: Context, request) => {
    const { MessageAction: action, ClientMetadata: clientMetadata } = request;
    if (action !== undefined && action !== 'RESEND' && action !== 'SUPPRESS') {
      throw invalidParameter(`MessageAction is RESEND or SUPPRESS, not ${String(action)}.`);
    }
    const pool = requirePool(context, request.UserPoolId);
    const invite = action === 'RESEND' ? inviteAgain : inviteFirst;
    const { user, password } = await invite(context, pool, request);
    const desired = request.DesiredDeliveryMediums;
    if (action !== 'SUPPRESS')
      await sendInvitation(context, { pool, user }, password, { desired, clientMetadata });
    return { User: presentUser(user) };
  },
);
