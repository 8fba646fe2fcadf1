import { allMailsSent, mailedToken } from './mails.js';
import type { Usher } from './usher.js';

export interface SignUpRow {
  id: number;
  hash: string;
  confirmed: boolean;
  first_name: string | null;
  last_name: string | null;
  confirmation_token: string | null;
  sub: string | null;
}

/** Steps of sign-ups. @param password the default password */
export function signUps(usher: () => Usher, password: string) {
  const signUp = (email: string, changes: object = {}, headers?: Record<string, string>) =>
    usher().api.post('/users', { email, password, passwordConfirmation: password, ...changes }, headers);
  const confirm = (token: string, typed: string | null = password) =>
    usher().api.call('PUT', '/users/confirmation', { body: { token, password: typed } });
  const confirmBare = (token: string) => usher().api.call('PUT', '/users/confirmation', { body: { token } });
  const resend = (email: string) => usher().api.post('/users/confirmation', { email });
  const rowOf = async (email: string) =>
    (
      await usher().database.sql<SignUpRow>(
        `SELECT id::int, encrypted_password AS hash, confirmed_at IS NOT NULL AS confirmed, first_name, last_name,
           confirmation_token, cognito_sub AS sub FROM users WHERE lower(email) = lower($1)`,
        [email],
      )
    )[0];
  const longAgo = () =>
    usher().database.sql(`UPDATE usher.confirmations SET created_at = created_at - interval '61 seconds'`);
  /** Signs up with each password, which is also the first name. @returns the tokens of the mails */
  const signUpWithEach = async (email: string, ...passwords: string[]) => {
    const tokens: string[] = [];
    for (const chosen of passwords) {
      await signUp(email, { password: chosen, passwordConfirmation: chosen, firstName: chosen });
      await allMailsSent(usher());
      tokens.push(await mailedToken(usher(), email));
    }
    return tokens;
  };
  const resentToken = async (email: string) => {
    await longAgo();
    await resend(email);
    await allMailsSent(usher());
    return mailedToken(usher(), email);
  };
  const pendingOf = (email: string) =>
    usher().database.sql<{ wrong_passwords: number }>(
      `SELECT wrong_passwords FROM usher.confirmations WHERE email = $1 AND used_at IS NULL`,
      [email],
    );
  return { signUp, confirm, confirmBare, resend, rowOf, longAgo, signUpWithEach, resentToken, pendingOf };
}
