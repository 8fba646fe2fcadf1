import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BuiltStage } from './stages.js';

export interface ContainerOptions {
  stage: BuiltStage;
  command: string[];
  env: Record<string, string>;
  /** Folders that stay writable, as volumes do: paths in the stage. */
  volumes?: string[];
}

/** A process that runs as `docker run --read-only --cap-drop ALL --security-opt no-new-privileges` would run it. */
export interface Container {
  /** The process itself, as this machine numbers it; in its own namespace it is number 1. */
  pid: number;
  output(): string;
  /** Resolves once it has written this. */
  wrote(text: string): Promise<void>;
  /** Exit status of another command, with the same account and environment. */
  exec(command: string[]): Promise<number>;
  /** Lines of /proc/PID/status by name. */
  status(): Promise<Record<string, string>>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** The account `node` of the image. */
const account = { uid: 1000, gid: 1000 };

const unprivileged = [
  ...['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'],
  ...['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'],
];

// Volumes are mounts of their own, which stay as they are when the rest becomes read-only.
const isolate = `
  set -e
  mount --make-rprivate /
  mount --bind "$ROOT" "$ROOT"
  for volume in $VOLUMES; do mount --bind "$volume" "$volume"; done
  mount -o remount,bind,ro "$ROOT"
  mount -o remount,bind,ro /
  mount -t proc proc /proc
  cd "$WORKDIR"
  unset ROOT VOLUMES WORKDIR
  exec "$@"`;

/** What this machine lets us take away from a process: also the rest of the file system, or only its account's rights. */
export const isolation: 'namespaces' | 'account' | undefined = findIsolation();

function findIsolation() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  try {
    execFileSync('unshare', ['--mount', '--pid', '--fork', 'mount', '--make-rprivate', '/'], {
      stdio: 'ignore',
    });
    return 'namespaces';
  } catch {
    return 'account';
  }
}

const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--'];

export async function startContainer(options: ContainerOptions): Promise<Container> {
  const { stage, command, volumes = [] } = options;
  const environment = { PATH: process.env.PATH, ...stage.env, ...options.env };
  const workdir = join(stage.root, stage.workdir);
  const outside = isolation === 'namespaces' ? [...namespaces, '/bin/sh', '-c', isolate, 'sh'] : [];
  const [program = '', ...rest] = [...outside, ...unprivileged, ...command];
  const child = spawn(program, rest, {
    cwd: workdir,
    env: {
      ...environment,
      ...(isolation === 'namespaces' && {
        ROOT: stage.root,
        WORKDIR: workdir,
        VOLUMES: volumes.map((folder) => join(stage.root, folder)).join(' '),
      }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const lines = readLines(child);
  const wrote = (text: string) => lines.wrote(text, ended);
  await Promise.race([once(child, 'spawn'), ended]);
  const pid = isolation === 'namespaces' ? await firstChild(child) : (child.pid ?? 0);
  const inside = ['nsenter', `--target=${pid}`, '--mount', '--pid', `--wdns=${workdir}`, '--'];
  return {
    pid,
    output: lines.all,
    wrote,
    exec: (words) =>
      new Promise((resolve) => {
        const within = isolation === 'namespaces' ? inside : [];
        const [first = '', ...others] = [...within, ...unprivileged, ...words];
        const done = execFile(first, others, { cwd: workdir, env: environment });
        done.once('exit', (code) => resolve(code ?? -1));
      }),
    status: () => readStatus(pid),
    ended,
  };
}

function readLines(child: ChildProcess) {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const all = () => lines.join('\n');
  return {
    all,
    wrote: (text: string, ended: Promise<unknown>) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!all().includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`It ended before it wrote "${text}":\n${all()}`)));
      }),
  };
}

/** `unshare --fork` stays between us and the process. */
async function firstChild({ pid }: ChildProcess): Promise<number> {
  for (;;) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const first = Number(children.trim().split(' ')[0]);
    if (first > 0) return first;
  }
}

async function readStatus(pid: number): Promise<Record<string, string>> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries(text.split('\n').map((line) => line.split(/:\s*/, 2) as [string, string]));
}
