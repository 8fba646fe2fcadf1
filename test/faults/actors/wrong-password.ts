import type { Actor } from './actor.js';
import { tryWrong } from './sign-in.js';

/** Below what the limits allow, so that nobody is refused for another's curiosity. */
const mostTimes = 2;

/** Somebody else tries to get in. */
export const wrongPassword: Actor = {
  kind: 'wrong password',
  weight: 1,
  perform: async (stage) => {
    const person = stage.crowd.take(({ mistyped }) => mistyped < mostTimes);
    if (!person) return false;
    person.mistyped += 1;
    await tryWrong(stage, person, `not-${person.password}`);
    stage.crowd.giveBack(person);
    return true;
  },
};
