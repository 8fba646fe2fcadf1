import type { Answer } from '../caller.js';
import { type Person, Wronged } from '../person.js';
import type { Stage } from './actor.js';

/** Signs in with the right password, however long it takes. @throws Wronged when it is refused */
export async function signIn({ caller }: Stage, person: Person): Promise<Answer> {
  const { email, password } = person;
  const answer = await caller.insist(person, 'POST', '/auth/sign-in', { body: { email, password } });
  const { tokens, user } = answer.body;
  if (answer.status !== 200 || !tokens) throw new Wronged(person, 'locked out');
  if (user?.email !== email) throw new Wronged(person, `signed in as ${user?.email}`);
  person.tokens = tokens;
  return answer;
}

/** Tries a password that must not be taken. Whether it was refused for being wrong, rather than not now. */
export async function tryWrong({ caller }: Stage, person: Person, password: string): Promise<boolean> {
  const reply = await caller.ask(person, 'POST', '/auth/sign-in', {
    body: { email: person.email, password },
  });
  if (reply === 'lost') return false;
  if (reply.status < 400) throw new Wronged(person, 'let in with a wrong password');
  return reply.body.code === 'auth.invalid_credentials';
}
