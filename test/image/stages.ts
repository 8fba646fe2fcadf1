import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import dockerignore from '@balena/dockerignore';
import type { Instruction, Stage } from './dockerfile.js';

const run = promisify(execFile);

/** A stage that was built: its root folder, and how it says that a process of it is started. */
export interface BuiltStage {
  root: string;
  workdir: string;
  env: Record<string, string>;
}

export interface BuildOptions {
  stages: readonly Stage[];
  /** The folder with the Dockerfile. */
  context: string;
  /** Where the stages go, one folder each. */
  into: string;
}

/**
 * Carries out a Dockerfile without Docker: every stage is a folder, the images it begins with are taken for empty ones, and
 * commands run with the Node of this machine. What .dockerignore leaves out cannot be copied.
 */
export class Builder {
  private readonly built = new Map<string, Promise<BuiltStage>>();
  private readonly ignored: Promise<(path: string) => boolean>;

  constructor(private readonly options: BuildOptions) {
    this.ignored = readIgnored(options.context);
  }

  /** Builds the stage, after those it needs; each of them once. */
  stage(name: string): Promise<BuiltStage> {
    const building = this.built.get(name) ?? this.build(name);
    this.built.set(name, building);
    return building;
  }

  private async build(name: string): Promise<BuiltStage> {
    const { stages, into } = this.options;
    const stage = stages.find((candidate) => candidate.name === name);
    if (stage === undefined) throw new Error(`There is no stage ${name}`);
    const root = join(into, name);
    const base = stages.some((other) => other.name === stage.from) && (await this.stage(stage.from));
    if (base) await run('cp', ['-al', base.root, root]);
    else await mkdir(root, { recursive: true });
    const built = { root, workdir: base ? base.workdir : '/', env: base ? { ...base.env } : {} };
    for (const instruction of stage.instructions) await this.carryOut(instruction, built);
    return built;
  }

  private async carryOut(instruction: Instruction, built: BuiltStage): Promise<void> {
    const { name, text } = instruction;
    if (name === 'WORKDIR') {
      built.workdir = resolve(built.workdir, text);
      await mkdir(join(built.root, built.workdir), { recursive: true });
    } else if (name === 'ENV') {
      const [variable = '', value = ''] = text.split('=');
      built.env[variable] = value;
    } else if (name === 'RUN') {
      await run('/bin/sh', ['-c', text], {
        cwd: join(built.root, built.workdir),
        env: { ...machine(), ...built.env },
        maxBuffer: 64 * 1024 * 1024,
      });
    } else if (name === 'COPY') {
      await this.copy(instruction, built);
    }
  }

  private async copy({ text, flags }: Instruction, built: BuiltStage): Promise<void> {
    const words = text.split(/\s+/);
    const destination = words.pop() ?? '';
    const target = join(built.root, resolve(built.workdir, destination));
    const intoFolder = words.length > 1 || /(^\.|\/)$/.test(destination);
    for (const source of words) {
      const from = flags.from === undefined ? this.options.context : (await this.stage(flags.from)).root;
      const path = join(from, source);
      const isFolder = (await stat(path)).isDirectory();
      const to = intoFolder && !isFolder ? join(target, basename(source)) : target;
      if (flags.from === undefined) await this.copyFromContext(path, to);
      else await cp(path, to, { recursive: true, verbatimSymlinks: true });
    }
  }

  private async copyFromContext(path: string, to: string): Promise<void> {
    const { context } = this.options;
    const ignored = await this.ignored;
    if (ignored(relative(context, path))) throw new Error(`.dockerignore leaves out ${path}`);
    await cp(path, to, { recursive: true, filter: (file) => !ignored(relative(context, file)) });
  }
}

async function readIgnored(context: string): Promise<(path: string) => boolean> {
  const rules = dockerignore.default().add(await readFile(join(context, '.dockerignore'), 'utf8'));
  return (path) => rules.ignores(path);
}

/** What commands need of this machine, and nothing of npm's or Jest's that would change what they do. */
function machine(): Record<string, string | undefined> {
  const mine = /^(npm_(?!config_(registry|cache|cafile)$)|NODE_|JEST_|USHER_|AWS_|INIT_CWD)/;
  const kept = Object.entries(process.env).filter(([name]) => !mine.test(name));
  return { ...Object.fromEntries(kept), npm_config_prefer_offline: 'true' };
}
