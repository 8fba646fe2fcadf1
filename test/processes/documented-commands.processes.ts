import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { StackFile } from '../../apps/local-stack/src/stack-file.js';
import { type Block, documentedBlocks, expectedStatus } from '../support/drivers/documented-blocks.js';
import { makeCheckout, RunningStack } from '../support/drivers/running-stack.js';

const blocks = documentedBlocks();
/** Each text once. */
const runnable = [...new Map(blocks.map((block) => [block.commands, block])).values()].filter(({ info }) =>
  info.startsWith('sh run'),
);

describe('blocks of commands in README.md and docs', () => {
  it('are marked as run, or as not run with the reason', () => {
    expect(blocks.length).toBeGreaterThan(15);
    for (const block of blocks) expectedStatus(block);
  });
});

/**
 * Makes curl fail for refusals, saves the second that npx takes to find the command, and collects the exit statuses of failed
 * commands on descriptor 3.
 */
const prelude = `
npx() { shift; node dist/src/cli/main.js "$@"; }
curl() { command curl --fail-with-body "$@"; }
trap 'echo $? >&3' ERR
`;

// All tests share a stack and depend on their order.
describe('beside a running stack', () => {
  const { PATH = '', HOME = '' } = process.env;
  let checkout: string;
  let running: RunningStack;
  let stack: StackFile;

  async function runShell(commands: string, environment: Record<string, string> = {}) {
    const shell = spawn('bash', ['-c', `${prelude}${commands}`], {
      cwd: checkout,
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const said = ['', '', '', ''];
    for (const [index, stream] of shell.stdio.entries())
      stream?.on('data', (chunk: Buffer) => (said[index] += chunk.toString()));
    await once(shell, 'close');
    const [, out = '', err = '', failures = ''] = said;
    return { out, err, failures: failures.split('\n').filter(Boolean).map(Number) };
  }

  const usher = (argv: string, environment?: Record<string, string>) =>
    runShell(`node dist/src/cli/main.js ${argv}`, environment);

  /** The documents name default addresses, a container and an invented administrator. */
  const filled = ({ commands }: Block) =>
    commands
      .replaceAll('http://127.0.0.1:3000', stack.apiUrl)
      .replaceAll('docker exec CONTAINER node', 'node')
      .replaceAll('you@example.com', 'bob@example.com');

  beforeAll(async () => {
    checkout = await makeCheckout();
    running = new RunningStack(checkout, [], { PATH, HOME, PORT: '0' });
    stack = await running.ready();
  }, 60_000);

  afterAll(async () => {
    await running.end('SIGTERM').catch(() => null);
    await rm(checkout, { recursive: true, force: true });
  });

  it.each(runnable.map((block) => [block.place, block] as const))(
    '%s does what it says',
    async (_place, block) => {
      const status = expectedStatus(block);
      const { out, err, failures } = await runShell(filled(block));
      const others = failures.filter((failure) => failure !== status);
      expect({ others, some: failures.length > 0, out, err }).toEqual({
        others: [],
        some: status !== 0,
        out: expect.any(String),
        err: expect.not.stringMatching(/Warning|rror:/),
      });
    },
    60_000,
  );

  it('commands name the variables that they take from the stack, and keep those that are set', async () => {
    const taken = await usher('migration reconcile --json', {
      AWS_PROFILE: 'none',
      AWS_REGION: stack.region,
    });
    expect(taken.failures).toEqual([]);
    expect(JSON.parse(taken.out)).toMatchObject({ found: 0 });
    expect(taken.err).toMatch(
      /^From the local stack \(\.local\/stack\.json\): DATABASE_URL, .*AWS_ACCESS_KEY_ID/,
    );
    expect(taken.err).not.toContain('AWS_REGION');
    expect((await runShell('command npx usher --version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('the API shows who may sign in at /', async () => {
    const page = await fetch(`${stack.apiUrl}/`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
    const text = await page.text();
    for (const { email } of stack.demoUsers) expect(text).toContain(`<code>${email}</code>`);
    expect(text).toContain(`href="${stack.mailUrl}"`);
  });

  it('commands ignore the file of a killed stack, and say so', async () => {
    await running.end('SIGKILL');
    const { err, failures } = await usher('migration status');
    expect(failures).toEqual([2]);
    expect(err.split('\n').slice(0, 2)).toEqual([
      `.local/stack.json is ignored: its local stack does not answer at ${stack.apiUrl}. Start it with npm start, or set the variables.`,
      'Invalid configuration: DATABASE_URL is missing. Set it, or run this beside a running local stack.',
    ]);
  });
});
