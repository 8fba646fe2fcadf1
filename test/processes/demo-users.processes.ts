import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import type { StackFile } from '../../apps/local-stack/src/stack-file.js';
import { makeCheckout, RunningStack } from '../support/drivers/running-stack.js';
import { until } from '../support/drivers/until.js';

// All tests share a checkout and depend on their order.
describe('npm start -- --demo', () => {
  let checkout: string;
  let stack: RunningStack | undefined;

  const start = (argv: string[], environment: Record<string, string> = {}) => {
    const { PATH = '', HOME = '' } = process.env;
    return (stack = new RunningStack(checkout, argv, { PATH, HOME, PORT: '0', ...environment }));
  };

  const signIn = async ({ apiUrl, demoUsers }: StackFile, email: string) => {
    const { password } = demoUsers.find((user) => user.email === email) ?? {};
    const answer = await fetch(`${apiUrl}/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    return answer.status;
  };

  /** An address with capitals is found by the id that the API copies after its start. */
  const copied = async ({ databaseUrl, demoUsers }: StackFile) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      await until(async () => {
        const { rows } = await client.query<{ people: number }>(
          'SELECT count(usher_legacy_id)::int AS people FROM users',
        );
        return rows[0]?.people === demoUsers.length;
      });
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    checkout = await makeCheckout();
  });

  afterEach(() => stack?.end('SIGTERM').catch(() => null));

  afterAll(() => rm(checkout, { recursive: true, force: true }));

  it.each([
    ['django', ['ada', 'Erin.Evans', 'gunnar'], ['dave', 'oauth']],
    ['wordpress', ['ada', 'bob', 'Erin.Evans'], ['dave', 'frank']],
    ['mixed', ['bob', 'Erin.Evans', 'frank'], ['dave', 'twin']],
  ])(
    '%s signs its people in as their notes say',
    async (demo, welcome, refused) => {
      const running = start(['--fresh', '--demo', demo]);
      const described = await running.ready();
      await copied(described);
      const addressOf = (name: string) => `${name}@${/^[A-Z]/.test(name) ? 'Example' : 'example'}.com`;
      for (const name of welcome)
        expect([name, await signIn(described, addressOf(name))]).toEqual([name, 200]);
      for (const name of refused)
        expect([name, await signIn(described, addressOf(name))]).toEqual([name, 401]);
      for (const { email, note } of described.demoUsers) {
        expect(running.output).toContain(email);
        expect(running.output).toContain(note);
      }
      expect(await running.end('SIGTERM')).toBe(0);
    },
    60_000,
  );

  it('refuses the data of another demo, DATABASE_URL and an unknown name', async () => {
    const other = start(['--demo', 'django']);
    expect(await other.exited).toBe(2);
    expect(other.output).toContain('.local/ was made with --demo mixed, not django.');
    expect(other.output).toContain('--fresh');
    const databaseUrl = 'postgres://usher:a-password@127.0.0.1:1/theirs';
    const theirs = start(['--fresh', '--demo', 'django'], { DATABASE_URL: databaseUrl });
    expect(await theirs.exited).toBe(2);
    expect(theirs.output.trim()).toBe('--demo needs the database of the stack: unset DATABASE_URL.');
    const unknown = start(['--demo', 'rails']);
    expect(await unknown.exited).toBe(2);
    expect(unknown.output).toContain('Unknown demo: rails. Choose devise, django, wordpress or mixed');
  });
});
