import type {
  CreateUserPoolClientRequest,
  CreateUserPoolClientResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { clientMembers } from '../pools/client-members.js';
import { checkClientSettings, checkContextData } from '../pools/client-settings.js';
import { presentClient } from '../pools/presented-client.js';
import { lowerCaseAndDigits, randomText } from '../random.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const createUserPoolClient = operation<CreateUserPoolClientRequest, CreateUserPoolClientResponse>(
  {
    ...clientMembers,
    UserPoolId: 'text!',
    ClientName: 'text!',
    GenerateSecret: 'boolean',
    ClientSecret: 'text',
  },
  (context, { UserPoolId, GenerateSecret, ClientSecret, ...settings }) => {
    const pool = requirePool(context, UserPoolId);
    checkClientSettings(pool.settings, settings, 'creating');
    const generated = GenerateSecret ? randomText(context.random, 51, lowerCaseAndDigits) : undefined;
    const secret = ClientSecret ?? generated;
    checkContextData(settings, secret);
    const now = context.clock.now();
    const client = {
      id: context.wantedId ?? randomText(context.random, 26, lowerCaseAndDigits),
      poolId: pool.id,
      createdAt: now,
      modifiedAt: now,
      ...(secret !== undefined && { secret }),
      settings,
    };
    context.database.saveClient(client);
    return { UserPoolClient: presentClient(client) };
  },
);
