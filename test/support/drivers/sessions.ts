import type { TokensResponse } from '#contracts';
import type { ApiClient } from './api-client.js';
import { deviseUser } from '../builders/devise-users.js';
import type { Usher } from './usher.js';

export const ada = deviseUser('plain');
export const bob = deviseUser('second');

type Person = Pick<typeof ada, 'email' | 'password'>;

export async function signInWithTokens(
  api: ApiClient,
  { email, password }: Person = ada,
): Promise<TokensResponse> {
  const { body, text } = await api.signIn(email, password);
  if (!body.tokens) throw new Error(`no tokens: ${text}`);
  return body.tokens;
}

/** A browser with the session cookie. */
export async function signInWithCookie(usher: Usher, { email, password }: Person = ada): Promise<ApiClient> {
  const browser = usher.browser();
  const { status, text } = await browser.signIn(email, password, 'cookie');
  if (status !== 200) throw new Error(`no session: ${text}`);
  return browser;
}

/** Starts a session at Cognito without Usher. @param clientId by default the app client of Usher */
export async function signInElsewhere(
  { cognito, clientId: ours }: Usher,
  { email, password }: Person,
  clientId = ours,
): Promise<{ accessToken: string; refreshToken: string }> {
  const { AuthenticationResult: tokens } = await cognito.initiateAuth({
    ClientId: clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: email, PASSWORD: password },
  });
  return { accessToken: tokens?.AccessToken ?? '', refreshToken: tokens?.RefreshToken ?? '' };
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Returns the status of a request with this access token. */
export const statusWith = async (api: ApiClient, token: string): Promise<number> =>
  (await api.get('/users/me', bearer(token))).status;

/** Number of requests to Cognito for an operation. */
export const calls = ({ proxy }: Usher, operation: string): number =>
  proxy.calls.filter((call) => call.operation === operation).length;

/** The newest session. */
export async function lastSession<Row extends object>({ database }: Usher, columns: string): Promise<Row> {
  const [row] = await database.sql<Row & { id: string }>(
    `SELECT ${columns} FROM usher.sessions ORDER BY created_at DESC LIMIT 1`,
  );
  if (row === undefined) throw new Error('there is no session');
  return row;
}

/** Changes the newest session. */
export async function changeLastSession({ database }: Usher, assignments: string): Promise<void> {
  await database.sql(
    `UPDATE usher.sessions SET ${assignments}
     WHERE id = (SELECT id FROM usher.sessions ORDER BY created_at DESC LIMIT 1)`,
  );
}

/** Number of revoked sessions of a user that are not yet revoked at Cognito. */
export async function unrevoked({ database }: Usher, email: string): Promise<number> {
  const rows = await database.sql(
    `SELECT 1 FROM usher.sessions JOIN users ON cognito_sub = sub
     WHERE email = $1 AND ended_at IS NOT NULL AND revoked_at IS NULL`,
    [email],
  );
  return rows.length;
}
