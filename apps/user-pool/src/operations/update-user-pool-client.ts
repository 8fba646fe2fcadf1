import type {
  UpdateUserPoolClientRequest,
  UpdateUserPoolClientResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { clientMembers } from '../pools/client-members.js';
import { checkClientSettings, checkContextData } from '../pools/client-settings.js';
import { presentClient } from '../pools/presented-client.js';
import { requireClientOfPool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

/** Replaces all settings: an omitted one returns to its default. The secret stays. */
export const updateUserPoolClient = operation<UpdateUserPoolClientRequest, UpdateUserPoolClientResponse>(
  { ...clientMembers, UserPoolId: 'text!', ClientId: 'text!', ClientName: 'text' },
  (context, { UserPoolId, ClientId, ...given }) => {
    const { pool, client } = requireClientOfPool(context, UserPoolId, ClientId);
    const settings = { ...given, ClientName: given.ClientName ?? client.settings.ClientName };
    checkClientSettings(pool.settings, settings, 'updating');
    checkContextData(settings, client.secret);
    const changed = { ...client, settings, modifiedAt: context.clock.now() };
    context.database.saveClient(changed);
    return { UserPoolClient: presentClient(changed) };
  },
);
