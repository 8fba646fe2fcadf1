import { SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { ChallengeResponse } from '#contracts';
import { codeAt } from '../../../apps/user-pool/test/authenticator.js';
import { type CognitoConfig, cognitoConfig } from '../../../src/common/config/cognito.config.js';
import type { Answer } from '../drivers/api-client.js';
import type { Usher } from '../drivers/usher.js';

export const poolPassword = 'pool-password-1';
export const credentials = (email: string, password = poolPassword) => ({ email, password });
export const temporaryPassword = 'temporary-1';

type Attributes = Record<string, string>;
type Mfa = Omit<ConstructorParameters<typeof SetUserPoolMfaConfigCommand>[0], 'UserPoolId'>;

const toList = (attributes: Attributes) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));

/** Creates a pool user with a temporary password and without a row. */
export async function invite(usher: Usher, email: string, attributes: Attributes = {}): Promise<void> {
  await usher.cognito.adminCreateUser({
    UserPoolId: usher.userPoolId,
    Username: email,
    TemporaryPassword: temporaryPassword,
    MessageAction: 'SUPPRESS',
    UserAttributes: toList({ email, email_verified: 'true', ...attributes }),
  });
}

/** Creates a pool user with `poolPassword`. @returns the username, which equals the `sub` */
export async function createPoolUser(
  usher: Usher,
  email: string,
  attributes: Attributes = {},
): Promise<string> {
  await invite(usher, email, attributes);
  const user = { UserPoolId: usher.userPoolId, Username: email };
  await usher.cognito.adminSetUserPassword({ ...user, Password: poolPassword, Permanent: true });
  return subOf(usher, email);
}

async function subOf(usher: Usher, email: string): Promise<string> {
  const found = await usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: email });
  return found.Username ?? '';
}

/** Also sets unverified addresses, as in older pools or pools with other settings. */
export async function changeAttributes(usher: Usher, user: string, attributes: Attributes): Promise<void> {
  if (attributes.email !== undefined && attributes.email_verified === 'false') {
    // An address set as unverified would stay pending until its verification.
    await changeAttributes(usher, user, { ...attributes, email_verified: 'true' });
  }
  await usher.cognito.adminUpdateUserAttributes({
    UserPoolId: usher.userPoolId,
    Username: user,
    UserAttributes: toList(attributes),
  });
}

/** Sets the MFA configuration of the pool. */
export async function setMfa(usher: Usher, mfa: Mfa): Promise<void> {
  await usher.cognito.setUserPoolMfaConfig({ UserPoolId: usher.userPoolId, ...mfa });
}

/** Enables factors for one user without a preference. */
export async function useFactors(
  usher: Usher,
  email: string,
  ...factors: ('SMS' | 'EMAIL')[]
): Promise<void> {
  const on = (factor: 'SMS' | 'EMAIL') => (factors.includes(factor) ? { Enabled: true } : undefined);
  await usher.cognito.adminSetUserMFAPreference({
    UserPoolId: usher.userPoolId,
    Username: email,
    SMSMfaSettings: on('SMS'),
    EmailMfaSettings: on('EMAIL'),
  });
}

/** The latest code that the pool sent to an address or a phone number. */
export async function lastCode(usher: Usher, destination: string): Promise<string> {
  const { origin } = new URL(usher.app.get<CognitoConfig>(cognitoConfig.KEY).issuer);
  const query = new URLSearchParams({ to: destination }).toString();
  const sent = (await (await fetch(`${origin}/_inspect/deliveries?${query}`)).json()) as { code: string }[];
  return sent[0]?.code ?? 'nothing was sent';
}

/** The next code of an authenticator app, 30 seconds later, because each code is valid once. */
export function nextTotp(usher: Usher, secret: string | undefined): string {
  usher.clock.advanceBy(30_000);
  return codeAt(secret, usher.clock.now());
}

/** Returns the challenge of a response. @throws Error if there is none */
export function challengeOf({
  status,
  text,
  body,
}: Answer<{ challenge?: ChallengeResponse }>): ChallengeResponse {
  if (status !== 200 || !body.challenge) throw new Error(`no challenge, but ${status}: ${text}`);
  return body.challenge;
}

export const answerTo = (
  { api }: Pick<Usher, 'api'>,
  { session }: Pick<ChallengeResponse, 'session'>,
  answers: unknown,
  headers?: Record<string, string>,
) => api.post('/auth/challenge', { session, answers }, headers);
