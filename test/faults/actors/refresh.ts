import { type Person, Violation } from '../person.js';
import type { Actor, Stage } from './actor.js';
import { signIn } from './sign-in.js';

/** Refreshes a session that must still be live. @throws Violation if the refresh is refused */
export async function refresh(stage: Stage, person: Person): Promise<void> {
  const refreshToken = person.tokens?.refreshToken;
  const { status, body } = await stage.caller.callUntilAnswered(person, 'POST', '/auth/refresh', {
    body: { refreshToken },
  });
  if (status === 401 && person.mayBeSignedOut) return void (await signIn(stage, person));
  if (status !== 200 || !body.tokens) throw new Violation(person, 'the session was revoked');
  person.tokens = body.tokens;
}

export const refreshing: Actor = {
  kind: 'refresh',
  weight: 4,
  perform: async (stage) => {
    const person = stage.load.take();
    if (!person) return false;
    await refresh(stage, person);
    stage.load.release(person);
    return true;
  },
};
