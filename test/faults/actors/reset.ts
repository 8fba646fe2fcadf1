import { type Person, Violation } from '../person.js';
import { subjectOf } from '../world/mailbox.js';
import type { Actor, Stage } from './actor.js';
import { signIn, tryWrongPassword } from './sign-in.js';

/** A password reset by a mailed code, also of users who have not migrated. */
export const reset: Actor = {
  kind: 'reset',
  weight: 2,
  perform: async (stage) => {
    // At most two resets per person: Cognito limits resets per hour.
    const isLegacy = stage.random.next() < 0.3;
    const person = isLegacy ? stage.load.nextLegacy() : stage.load.take(({ former }) => former.length < 2);
    if (!person) return false;
    const former = person.password;
    person.password = `reset-password-${person.former.length}-${person.email}`;
    const before = person.tokens;
    const wasLate = stage.caller.expectations.maySignOutLate;
    const isCertain = await resetPassword(stage, person);
    const isLate = wasLate || stage.caller.expectations.maySignOutLate;
    person.former.push(former);
    if (isCertain) {
      // A reset notifies the owner and revokes all sessions.
      person.promised.push(subjectOf('password_changed'));
      if (before) await expectEnded(stage, person, before.refreshToken);
    }
    if (!isCertain || isLate) person.mayBeSignedOut = true;
    await signIn(stage, person);
    await tryWrongPassword(stage, person, former);
    stage.load.release(person);
    return true;
  },
};

async function expectEnded({ caller }: Stage, person: Person, refreshToken: string): Promise<void> {
  const { status } = await caller.callUntilAnswered(person, 'POST', '/auth/refresh', {
    body: { refreshToken },
  });
  if (status !== 401) throw new Violation(person, 'a session outlived the reset');
}

/** @returns whether the 204 arrived. Without it the password is set, but the steps after it may be outstanding. */
async function resetPassword(stage: Stage, person: Person): Promise<boolean> {
  const { caller, mailbox } = stage;
  const { email, password } = person;
  const sentBefore = mailbox.codesTo(email).length;
  const { status } = await caller.callUntilAnswered(person, 'POST', '/passwords/forgot', { body: { email } });
  if (status !== 202) throw new Violation(person, 'was refused a reset');
  await caller.expect(person, 'a code', () => mailbox.codesTo(email).length > sentBefore || undefined);
  for (;;) {
    const code = mailbox.codesTo(email).at(-1);
    const body = { email, code, password, passwordConfirmation: password };
    const reply = await caller.call(person, 'POST', '/passwords/reset', { body });
    if (reply !== 'lost' && reply.status === 204) return true;
    if (reply === 'lost' || caller.isTransient(reply)) await caller.wait();
    // A code works once, so an earlier attempt whose answer was lost has set the password.
    else if (/^passwords\.code_/.test(reply.body.code ?? '')) return false;
    else throw new Violation(person, 'a valid code was refused');
  }
}
