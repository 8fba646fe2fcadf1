import type { Context } from '../context.js';
import { allowsFlow } from '../state/client-rules.js';
import type { Client } from '../state/records.js';
import { invalidParameter } from '../wire/errors.js';
import type { ClientOfPool } from './clients.js';
import { signInWithPassword } from './password-sign-in.js';
import { signInWithRefreshToken } from './refresh-sign-in.js';
import type { SignInResponse } from './sign-in-response.js';
import { passwordVerifierChallenge } from './srp-sign-in.js';

interface Request {
  AuthFlow: string;
  AuthParameters?: Record<string, string> | undefined;
  ClientMetadata?: Record<string, string> | undefined;
}

export type Caller = 'anybody' | 'administrator';

/** The flows of InitiateAuth and of AdminInitiateAuth; neither accepts those of the other. */
const flows: Record<Caller, Record<string, string>> = {
  anybody: {
    USER_PASSWORD_AUTH: 'USER_PASSWORD_AUTH',
    USER_SRP_AUTH: 'USER_SRP_AUTH',
    REFRESH_TOKEN: 'REFRESH_TOKEN_AUTH',
    REFRESH_TOKEN_AUTH: 'REFRESH_TOKEN_AUTH',
  },
  administrator: {
    ADMIN_NO_SRP_AUTH: 'ADMIN_USER_PASSWORD_AUTH',
    ADMIN_USER_PASSWORD_AUTH: 'ADMIN_USER_PASSWORD_AUTH',
    USER_SRP_AUTH: 'USER_SRP_AUTH',
    REFRESH_TOKEN: 'REFRESH_TOKEN_AUTH',
    REFRESH_TOKEN_AUTH: 'REFRESH_TOKEN_AUTH',
  },
};

export async function beginSignIn(
  context: Context,
  owner: ClientOfPool,
  caller: Caller,
  { AuthFlow, AuthParameters, ClientMetadata }: Request,
): Promise<SignInResponse> {
  const flow = Object.hasOwn(flows[caller], AuthFlow) ? flows[caller][AuthFlow] : undefined;
  if (flow === undefined) throw unknownFlow(AuthFlow);
  requireFlow(owner.client, flow, caller);
  if (flow === 'REFRESH_TOKEN_AUTH') return signInWithRefreshToken(context, owner, AuthParameters);
  if (flow === 'USER_SRP_AUTH')
    return passwordVerifierChallenge(context, owner, AuthParameters, ClientMetadata);
  return signInWithPassword(context, owner, AuthParameters, ClientMetadata);
}

const unknownFlow = (flow: string) =>
  ['ADMIN_NO_SRP_AUTH', 'ADMIN_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH'].includes(flow)
    ? invalidParameter('Initiate Auth method not supported.')
    : invalidParameter(`The local user pool does not support the flow ${flow}.`);

function requireFlow({ settings }: Client, flow: string, caller: Caller): void {
  if (allowsFlow(settings, flow)) return;
  throw invalidParameter(
    caller === 'anybody'
      ? `${flow} flow not enabled for this client`
      : 'Auth flow not enabled for this client',
  );
}
