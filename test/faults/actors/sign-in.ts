import type { Answer } from '../caller.js';
import { type Person, Violation } from '../person.js';
import type { Stage } from './actor.js';

/** Signs in with the right password and retries until answered. @throws Violation if the sign-in is refused */
export async function signIn({ caller }: Stage, person: Person): Promise<Answer> {
  const { email, password } = person;
  const answer = await caller.callUntilAnswered(person, 'POST', '/auth/sign-in', {
    body: { email, password },
  });
  const { tokens, user } = answer.body;
  if (answer.status !== 200 || !tokens) throw new Violation(person, 'locked out');
  if (user?.email !== email) throw new Violation(person, `signed in as ${user?.email}`);
  person.tokens = tokens;
  return answer;
}

/** @returns whether the password was refused as wrong, and not for a transient reason. @throws Violation if it is accepted */
export async function tryWrongPassword(
  { caller }: Stage,
  person: Person,
  password: string,
): Promise<boolean> {
  const reply = await caller.call(person, 'POST', '/auth/sign-in', {
    body: { email: person.email, password },
  });
  if (reply === 'lost') return false;
  if (reply.status < 400) throw new Violation(person, 'signed in with a wrong password');
  return reply.body.code === 'auth.invalid_credentials';
}
