import { type Person, Wronged } from '../person.js';
import { subjectOf } from '../world/post.js';
import type { Actor, Stage } from './actor.js';
import { signIn } from './sign-in.js';

/** A newcomer, from the form to the first sign-in, by way of the mailed link. */
export const signUp: Actor = {
  kind: 'sign-up',
  weight: 2,
  perform: async (stage) => {
    const person = stage.crowd.newcomer();
    if (!person) return false;
    const token = await askForLink(stage, person).finally(() => stage.crowd.arrived());
    const body = { token, password: person.password };
    const confirmed = await stage.caller.insist(person, 'PUT', '/users/confirmation', { body });
    if (confirmed.status !== 204) throw new Wronged(person, 'a good link was refused');
    await signIn(stage, person);
    stage.crowd.giveBack(person);
    return true;
  },
};

async function askForLink({ caller, post }: Stage, person: Person): Promise<string> {
  const { email, password } = person;
  const body = { email, password, passwordConfirmation: password };
  const { status } = await caller.insist(person, 'POST', '/users', { body });
  if (status !== 202) throw new Wronged(person, 'was refused');
  person.promised.push(subjectOf('confirmation'));
  return caller.expect(person, 'a link', () => post.linkTo(email));
}
