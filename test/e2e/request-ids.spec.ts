import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { exception } from '../support/fakes/cognito-proxy.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ withSecret: true });

interface Line {
  msg: string;
  requestId?: string;
  route?: string;
  triggerSource?: string;
}

/** The log lines with an id. Waits for them, because responses and Lambda lines are logged later. */
async function linesOf(requestId: string, count: number): Promise<string[]> {
  const found = () =>
    usher
      .logLines()
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line.requestId === requestId)
      .map(({ route, triggerSource, msg }) => route ?? triggerSource ?? msg)
      .sort();
  for (const end = Date.now() + 10_000; Date.now() < end && found().length < count;) await pause(20);
  return found();
}

async function lineWith(text: string): Promise<object> {
  for (;;) {
    const line = usher.logLines().find((line) => line.includes(text));
    if (line !== undefined) return JSON.parse(line) as object;
    await pause(20);
  }
}

const signIn = ({ email, password }: { email: string; password: string }, requestId?: string) =>
  usher.api.post('/auth/sign-in', { email, password }, requestId ? { 'x-request-id': requestId } : {});

/** Sends the body after `100 Continue` (RFC 9110, 10.1.1). */
async function signInWithLateBody(
  { email, password }: { email: string; password: string },
  requestId: string,
) {
  const headers = { 'content-type': 'application/json', expect: '100-continue', 'x-request-id': requestId };
  const sent = request(`${usher.url}/auth/sign-in`, { method: 'POST', headers });
  sent.flushHeaders();
  await once(sent, 'continue');
  sent.end(JSON.stringify({ email, password }));
  await once(sent, 'response');
  sent.destroy();
}

const metadataOf = (operation: string) =>
  usher.proxy.calls
    .filter((call) => call.operation === operation)
    .map(({ request }) => request.ClientMetadata);

describe('the id of a request', () => {
  it('of a sign-in is in the log lines of the API, the Lambda and the request of the Lambda', async () => {
    const answer = await signIn(deviseUser('plain'), 'of-the-front-end/1');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-request-id')).toBe('of-the-front-end/1');
    expect(await linesOf('of-the-front-end/1', 3)).toEqual([
      '/auth/sign-in',
      '/aws/auth',
      'UserMigration_Authentication',
    ]);
  });

  it('of a forgotten password is in the same log lines', async () => {
    const { email } = deviseUser('second');
    const answer = await usher.api.post('/passwords/forgot', { email });
    const id = answer.headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await linesOf(id, 3)).toEqual(['/aws/auth', '/passwords/forgot', 'UserMigration_ForgotPassword']);
    expect(metadataOf('ForgotPassword')).toEqual([{ requestId: id, language: 'en' }]);
  });

  it('is kept when the body arrives after the headers', async () => {
    await signInWithLateBody(deviseUser('upper_email'), 'late-body');
    expect(await linesOf('late-body', 3)).toContain('UserMigration_Authentication');
  });

  it('is not confused with that of a concurrent request', async () => {
    const users = ['failed_attempts', 'accents', 'names_nil', 'cost_10'].map(deviseUser);
    await Promise.all(users.map((user) => signIn(user, `at-once-${user.id}`)));
    for (const { id } of users) {
      const lines = await linesOf(`at-once-${id}`, 3);
      expect(lines).toEqual(['/auth/sign-in', '/aws/auth', 'UserMigration_Authentication']);
    }
  });

  it('is in all other log lines of the request, and in no others', async () => {
    usher.proxy.answerWith('InitiateAuth', exception('UnexpectedLambdaException'));
    await signIn(deviseUser('tracked'), 'that-fails');
    usher.proxy.answerWith('InitiateAuth', undefined);
    expect(await linesOf('that-fails', 3)).toEqual([
      '/auth/sign-in',
      'request failed',
      expect.stringContaining('user pool trigger failed'),
    ]);
    const levels = usher
      .logLines()
      .filter((line) => line.includes('that-fails'))
      .map((line) => (JSON.parse(line) as { level: string }).level);
    // The cause for the operator, its effect on the request, and the request itself.
    expect(levels).toEqual(['error', 'warn', 'info']);
  });

  it('is not in log lines of background jobs', async () => {
    await usher.database.sql(
      `INSERT INTO usher.outbox (id, mail, sealed) VALUES (gen_random_uuid(), 'x', 'sealed with another secret')`,
    );
    const sent = {
      email: 'new@example.com',
      password: 'new-password-1',
      passwordConfirmation: 'new-password-1',
    };
    await usher.api.post('/users', sent, { 'x-request-id': 'that-posts-a-mail' });
    const line = await lineWith('mail given up');
    expect(line).toMatchObject({ level: 'error', alarm: 'mail.stuck' });
    expect(line).not.toHaveProperty('requestId');
  });

  it('is the only ClientMetadata, and a new one replaces an invalid id', async () => {
    const before = metadataOf('InitiateAuth').length;
    const answer = await signIn(deviseUser('tracked'), 'canary password');
    const id = answer.headers.get('x-request-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(metadataOf('InitiateAuth').slice(before)).toEqual([{ requestId: id }]);
    expect(JSON.stringify(usher.proxy.calls)).not.toContain('canary password');
  });
});
