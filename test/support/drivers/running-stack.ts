import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../apps/local-stack/src/project-root.js';
import type { StackFile } from '../../../apps/local-stack/src/stack-file.js';
import { until } from './until.js';

/** A checkout with the built files and its own `.local/`. Like every mkdtemp folder it is private (0700). */
export async function makeCheckout(): Promise<string> {
  const checkout = await mkdtemp(join(tmpdir(), 'usher-checkout-'));
  const copy = (...names: string[]) =>
    cp(join(projectRoot, ...names), join(checkout, ...names), { recursive: true });
  await mkdir(join(checkout, 'apps', 'local-stack'), { recursive: true });
  await Promise.all([copy('package.json'), copy('dist'), copy('apps', 'local-stack', 'demo-data')]);
  await symlink(join(projectRoot, 'node_modules'), join(checkout, 'node_modules'), 'junction');
  return checkout;
}

/** The stack as a child process with its output. */
export class RunningStack {
  output = '';
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(
    private readonly checkout: string,
    argv: string[],
    environment: Record<string, string>,
  ) {
    this.child = spawn(process.execPath, [join(checkout, 'dist/apps/local-stack/src/main.js'), ...argv], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // In its own process group, like a command of an interactive shell.
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.exited = once(this.child, 'close').then(([code]) => code as number | null);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The stack was not started.');
    return this.child.pid;
  }

  async says(words: string): Promise<void> {
    await Promise.race([
      until(() => this.output.includes(words)),
      this.exited.then((code) => {
        throw new Error(`The stack ended with ${code} before it said "${words}":\n${this.output}`);
      }),
    ]);
  }

  async ready(): Promise<StackFile> {
    await this.says('Usher is ready.');
    return JSON.parse(await readFile(join(this.checkout, '.local', 'stack.json'), 'utf8')) as StackFile;
  }

  /** Sends the signal to all processes of the group, like Ctrl-C in a terminal. */
  async interrupt(): Promise<number | null> {
    process.kill(-this.pid, 'SIGINT');
    return this.exited;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    process.kill(this.pid, signal);
    return this.exited;
  }
}

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** All descendants of this process (Linux only). */
export async function processesBelow(pid: number): Promise<Process[]> {
  const all = await allProcesses();
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

export async function isRunning({ pid, command }: Process): Promise<boolean> {
  return (await allProcesses()).some((one) => one.pid === pid && one.command === command);
}

async function allProcesses(): Promise<Process[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readProcess));
  return found.filter((one) => one !== undefined);
}

async function readProcess(name: string): Promise<Process | undefined> {
  try {
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(join('/proc', name, file), 'utf8')),
    );
    // The program name is in parentheses and may contain any character; the parent is the second field after it.
    const [state, parent] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    return state === 'Z' ? undefined : { pid: Number(name), parent: Number(parent), command: command ?? '' };
  } catch {
    return undefined;
  }
}
