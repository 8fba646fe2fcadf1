import type { Actor } from './actor.js';
import { tryWrongPassword } from './sign-in.js';

/** Below the rate limits, so that the owner is not limited. */
const maxAttempts = 2;

/** A sign-in attempt with a wrong password. */
export const wrongPassword: Actor = {
  kind: 'wrong password',
  weight: 1,
  perform: async (stage) => {
    const person = stage.load.take(({ wrongAttempts }) => wrongAttempts < maxAttempts);
    if (!person) return false;
    person.wrongAttempts += 1;
    await tryWrongPassword(stage, person, `not-${person.password}`);
    stage.load.release(person);
    return true;
  },
};
