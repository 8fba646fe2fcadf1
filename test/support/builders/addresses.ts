import bcrypt from 'bcryptjs';
import { type ApiClient, apiClient } from '../drivers/api-client.js';
import type { Usher } from '../drivers/usher.js';

export const password = 'chosen-by-me-1';
export const oldPassword = 'old-password-1';

/** Inserts the row of a confirmed user, as the legacy application does. @returns its id */
export async function legacyUser(
  { database }: Pick<Usher, 'database'>,
  email: string,
  password = oldPassword,
): Promise<number> {
  const [row] = await database.sql<{ id: string }>(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
     VALUES ($1, $2, now(), now(), now()) RETURNING id`,
    [email, bcrypt.hashSync(password, 4).replace('$2b$', '$2a$')],
  );
  return Number(row?.id);
}

export const rowsLike = ({ database }: Usher, part: string) =>
  database.sql<{ email: string; sub: string | null }>(
    'SELECT email, cognito_sub AS sub FROM users WHERE email LIKE $1 ORDER BY id',
    [`%${part}%`],
  );

/** Returns the addresses of all pool users that contain this text. */
export async function inPool(usher: Usher, part: string): Promise<string[]> {
  const { Users = [] } = await usher.cognito.listUsers({ UserPoolId: usher.userPoolId });
  return Users.map(
    ({ Attributes = [] }) => Attributes.find(({ Name }) => Name === 'email')?.Value ?? '',
  ).filter((email) => email.includes(part));
}

/** The link of a sign-up may require the password. */
export async function confirm({ api }: Usher, token: string) {
  const put = (body: object) => api.call('PUT', '/users/confirmation', { body });
  const answer = await put({ token });
  return answer.body.code === 'passwords.blank' ? put({ token, password }) : answer;
}

export const reset = (api: ApiClient, email: string, code: string) =>
  api.post('/passwords/reset', { email, code, password, passwordConfirmation: password });

/** A second process without AWS credentials. */
export async function withoutCredentials(usher: Usher): Promise<ApiClient> {
  const { url } = await usher.startProcess({
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_CONFIG_FILE: '/dev/null',
  });
  return apiClient(url);
}

export const decomposed = (text: string) => text.normalize('NFD');

/** Spellings of the same mailbox by users, keyboards, browsers and mail programs. */
export const spellingsOf = (name: string) => [
  `${name}ü@exämple.example`,
  `${name}ü@xn--exmple-cua.example`,
  `${name}ü@XN--EXMPLE-CUA.example`,
  `${name.toUpperCase()}Ü@EXÄMPLE.EXAMPLE`,
  ` ${name}ü@exämple.example`,
  `${name}ü@exämple.example\t`,
  `\u00a0${name}ü@exämple.example\u3000`,
  decomposed(`${name}ü@exämple.example`),
  `${decomposed(`${name}ü`)}@exämple.example`,
  `${name}ü@${decomposed('exämple.example')}`,
  `${decomposed(`${name}ü`)}@xn--exmple-cua.example`,
  decomposed(`${name}Ü@EXÄMPLE.EXAMPLE`),
  `${name}ü@exämple．example`,
  `${name}ü@exämple。example`,
  `${name}ü@ex\u00adämple.example`,
  `${name}ü@exämp\u200ble.example`,
  `${name}ü@ｅｘämple.example`,
];
