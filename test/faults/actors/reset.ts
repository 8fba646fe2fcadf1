import { type Person, Wronged } from '../person.js';
import { subjectOf } from '../world/post.js';
import type { Actor, Stage } from './actor.js';
import { signIn, tryWrong } from './sign-in.js';

/** Somebody forgot a password, perhaps before ever moving: a code, and a new one. */
export const reset: Actor = {
  kind: 'reset',
  weight: 2,
  perform: async (stage) => {
    // Twice an hour for each at most: Cognito has limits of its own.
    const isLegacy = stage.random.next() < 0.3;
    const person = isLegacy ? stage.crowd.nextLegacy() : stage.crowd.take(({ former }) => former.length < 2);
    if (!person) return false;
    const former = person.password;
    person.password = `reset-password-${person.former.length}-${person.email}`;
    const before = person.tokens;
    const wasLate = stage.caller.expectations.maySignOutLate;
    const isCertain = await resetPassword(stage, person);
    const isLate = wasLate || stage.caller.expectations.maySignOutLate;
    person.former.push(former);
    if (isCertain) {
      // The owner hears of it, and whoever else was signed in is so no longer.
      person.promised.push(subjectOf('password_changed'));
      if (before) await expectEnded(stage, person, before.refreshToken);
    }
    if (!isCertain || isLate) person.mayBeSignedOut = true;
    await signIn(stage, person);
    await tryWrong(stage, person, former);
    stage.crowd.giveBack(person);
    return true;
  },
};

async function expectEnded({ caller }: Stage, person: Person, refreshToken: string): Promise<void> {
  const { status } = await caller.insist(person, 'POST', '/auth/refresh', { body: { refreshToken } });
  if (status !== 401) throw new Wronged(person, 'a session outlived the reset');
}

/** Whether it was said that it is done; otherwise it is all the same, but an outage may have cut off what follows. */
async function resetPassword(stage: Stage, person: Person): Promise<boolean> {
  const { caller, post } = stage;
  const { email, password } = person;
  const sentBefore = post.codesTo(email).length;
  const { status } = await caller.insist(person, 'POST', '/passwords/forgot', { body: { email } });
  if (status !== 202) throw new Wronged(person, 'was refused a reset');
  await caller.expect(person, 'a code', () => post.codesTo(email).length > sentBefore || undefined);
  for (;;) {
    const code = post.codesTo(email).at(-1);
    const body = { email, code, password, passwordConfirmation: password };
    const reply = await caller.ask(person, 'POST', '/passwords/reset', { body });
    if (reply !== 'lost' && reply.status === 204) return true;
    if (reply === 'lost' || caller.isPassing(reply)) await caller.wait();
    // A code is good once: an answer that was lost, or an outage behind Cognito's yes, had done it.
    else if (/^passwords\.code_/.test(reply.body.code ?? '')) return false;
    else throw new Wronged(person, 'a good code was refused');
  }
}
