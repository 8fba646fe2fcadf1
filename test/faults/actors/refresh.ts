import { type Person, Wronged } from '../person.js';
import type { Actor, Stage } from './actor.js';
import { signIn } from './sign-in.js';

/** The next tokens of a session that must go on. @throws Wronged when it does not */
export async function refresh(stage: Stage, person: Person): Promise<void> {
  const refreshToken = person.tokens?.refreshToken;
  const { status, body } = await stage.caller.insist(person, 'POST', '/auth/refresh', {
    body: { refreshToken },
  });
  if (status === 401 && person.mayBeSignedOut) return void (await signIn(stage, person));
  if (status !== 200 || !body.tokens) throw new Wronged(person, 'the session was ended');
  person.tokens = body.tokens;
}

export const refreshing: Actor = {
  kind: 'refresh',
  weight: 4,
  perform: async (stage) => {
    const person = stage.crowd.take();
    if (!person) return false;
    await refresh(stage, person);
    stage.crowd.giveBack(person);
    return true;
  },
};
