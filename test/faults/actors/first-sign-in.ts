import { Violation } from '../person.js';
import type { Actor } from './actor.js';
import { signIn } from './sign-in.js';

/** A first sign-in of a legacy user, sometimes from two tabs at once. */
export const firstSignIn: Actor = {
  kind: 'first sign-in',
  weight: 3,
  perform: async (stage) => {
    const person = stage.load.nextLegacy();
    if (!person) return false;
    const tabs = stage.random.next() < 0.3 ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: tabs }, () => signIn(stage, person)));
    const ids = new Set(answers.map(({ body }) => body.user?.id));
    if (ids.size > 1) throw new Violation(person, `has several user ids: ${[...ids].join(', ')}`);
    stage.load.release(person);
    return true;
  },
};
