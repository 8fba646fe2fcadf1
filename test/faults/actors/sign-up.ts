import { type Person, Violation } from '../person.js';
import { subjectOf } from '../world/mailbox.js';
import type { Actor, Stage } from './actor.js';
import { signIn } from './sign-in.js';

/** A sign-up, the confirmation by the mailed link, and the first sign-in. */
export const signUp: Actor = {
  kind: 'sign-up',
  weight: 2,
  perform: async (stage) => {
    const person = stage.load.newcomer();
    if (!person) return false;
    const token = await requestLink(stage, person).finally(() => stage.load.mailReceived());
    const body = { token, password: person.password };
    const confirmed = await stage.caller.callUntilAnswered(person, 'PUT', '/users/confirmation', { body });
    if (confirmed.status !== 204) throw new Violation(person, 'a valid link was refused');
    await signIn(stage, person);
    stage.load.release(person);
    return true;
  },
};

async function requestLink({ caller, mailbox }: Stage, person: Person): Promise<string> {
  const { email, password } = person;
  const body = { email, password, passwordConfirmation: password };
  const { status } = await caller.callUntilAnswered(person, 'POST', '/users', { body });
  if (status !== 202) throw new Violation(person, 'the sign-up was refused');
  person.promised.push(subjectOf('confirmation'));
  return caller.expect(person, 'a link', () => mailbox.linkTo(email));
}
