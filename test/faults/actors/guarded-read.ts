import { type Person, Violation } from '../person.js';
import type { Actor, Stage } from './actor.js';
import { refresh } from './refresh.js';

/** GET /users/me with the current access token. */
export const guardedRead: Actor = {
  kind: 'guarded read',
  weight: 6,
  perform: async (stage) => {
    const person = stage.load.take();
    if (!person) return false;
    await readOwn(stage, person);
    stage.load.release(person);
    return true;
  },
};

async function readOwn(stage: Stage, person: Person): Promise<void> {
  const { caller } = stage;
  for (;;) {
    const accessToken = person.tokens?.accessToken;
    const { status, body } = await caller.callUntilAnswered(person, 'GET', '/users/me', { accessToken });
    if (status === 200 && body.email === person.email) return;
    if (status === 200) throw new Violation(person, `was shown the record of ${body.email}`);
    if (!caller.expectations.mayMisjudgeTime) throw new Violation(person, 'a valid token was refused');
    // As front ends do. The next attempt may reach the process whose clock is right.
    await refresh(stage, person);
    await caller.wait();
  }
}
