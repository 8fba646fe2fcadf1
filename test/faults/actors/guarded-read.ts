import { type Person, Wronged } from '../person.js';
import type { Actor, Stage } from './actor.js';
import { refresh } from './refresh.js';

/** Their own record, with the access token they have. */
export const guardedRead: Actor = {
  kind: 'guarded read',
  weight: 6,
  perform: async (stage) => {
    const person = stage.crowd.take();
    if (!person) return false;
    await readOwn(stage, person);
    stage.crowd.giveBack(person);
    return true;
  },
};

async function readOwn(stage: Stage, person: Person): Promise<void> {
  const { caller } = stage;
  for (;;) {
    const accessToken = person.tokens?.accessToken;
    const { status, body } = await caller.insist(person, 'GET', '/users/me', { accessToken });
    if (status === 200 && body.email === person.email) return;
    if (status === 200) throw new Wronged(person, `was shown the record of ${body.email}`);
    if (!caller.expectations.mayMisjudgeTime) throw new Wronged(person, 'a good token was refused');
    // As any front end does; the next try may reach a process that knows what time it is.
    await refresh(stage, person);
    await caller.wait();
  }
}
