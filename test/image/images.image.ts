import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LambdaHost, startLambdaHost } from '../../apps/local-stack/src/lambda-host/lambda-host.js';
import { freePort } from '../../apps/local-stack/src/ports.js';
import { apiClient } from '../support/drivers/api-client.js';
import { createDeviseDatabase, type TestDatabase } from '../support/drivers/database.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { execForm, projectRoot, readCompose, readProjectFile } from './compose-file.js';

const compose = readCompose();
const ada = deviseUser('plain');
const minutes = 60_000;

/** The account `node` of the images. Only root can start processes of another account. */
const isRoot = process.getuid?.() === 0;
const account = isRoot ? { uid: 1000, gid: 1000 } : {};
if (!isRoot) console.warn('Not root: the images run as the present account.');

let folder: string;
const image = (name: string, ...path: string[]) => join(folder, name, ...path);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-image-'));
  chmodSync(folder, 0o755);
  for (const context of ['build', 'production']) copyContext(image(context));
  runScript('install.sh', image('build'));
  runScript('build.sh', image('build'));
  runScript('install-production.sh', image('production'));
  for (const name of readdirSync(image('build', 'dist/images'))) {
    cpSync(image('build', 'dist/images', name), image(name), { recursive: true });
    if (name === 'migration-lambda') continue;
    // Node resolves links, so a link would be enough for programs, but not for the check of what the image holds.
    execFileSync('cp', ['-al', image('production', 'node_modules'), image(name)]);
  }
  mkdirSync(image('user-pool', 'data'));
  if (isRoot) chownSync(image('user-pool', 'data'), 1000, 1000);
}, 10 * minutes);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Copies what .dockerignore sends to the builder. */
function copyContext(to: string): void {
  const sent = [...readProjectFile('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name = '']) => name);
  for (const name of sent)
    cpSync(join(projectRoot, name), join(to, name), {
      recursive: true,
      filter: (file) => !file.endsWith('.spec.ts'),
    });
}

/** Without the variables of npm and Jest that would change what the script does. */
function runScript(name: string, cwd: string): void {
  const ours = /^(npm_(?!config_(registry|cache|cafile)$)|NODE_|JEST_|USHER_|AWS_|INIT_CWD)/;
  const kept = Object.entries(process.env).filter(([variable]) => !ours.test(variable));
  const env = { ...Object.fromEntries(kept), npm_config_prefer_offline: 'true' };
  execFileSync(join(cwd, 'docker', name), { cwd, env, stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 });
}

interface Running {
  child: ChildProcess;
  ended: Promise<unknown[]>;
}

/** Resolves when the program has printed `ready`. */
async function start(
  name: string,
  [program = '', ...rest]: string[],
  env: Env,
  ready: string,
): Promise<Running> {
  const child = spawn(program, rest, {
    cwd: image(name),
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  });
  const ended = once(child, 'close');
  const lines: string[] = [];
  const isReady = new Promise<void>((resolve) => {
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => {
        lines.push(line);
        if (line.includes(ready)) resolve();
      });
  });
  const failed = ended.then(() => Promise.reject(new Error(`${name} did not start:\n${lines.join('\n')}`)));
  await Promise.race([isReady, failed]);
  failed.catch(() => undefined);
  return { child, ended };
}

/** Returns the exit status of a command in the image. */
const execute = (name: string, [program = '', ...rest]: string[], env: Env = {}): Promise<number> =>
  new Promise((resolve) => {
    const options = { cwd: image(name), env: { PATH: process.env.PATH, ...env }, ...account };
    execFile(program, rest, options).once('exit', (code) => resolve(code ?? -1));
  });

type Env = Record<string, string>;

/** The names and ports of the containers, and what replaces them here. */
const replacements = new Map<string, string>();
const replace = (text: string): string =>
  [...replacements].reduce((changed, [name, address]) => changed.replaceAll(name, address), text);
const environmentOf = (service: string): Env => {
  const variables = Object.entries(compose.services[service]?.environment ?? {});
  return Object.fromEntries(variables.map(([name, value]) => [name, replace(value)]));
};

it('puts into the images what they need and no more', () => {
  const list = (...path: string[]) => readdirSync(join(folder, ...path)).sort();
  expect(list('runtime')).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json']);
  expect(list('runtime/dist')).toEqual(['api', 'libs', 'pages', 'src']);
  expect(list('user-pool')).toEqual([
    'LICENSE',
    'data',
    'dist',
    'node_modules',
    'package.json',
    'pools.json',
  ]);
  expect(list('user-pool/dist')).toEqual(['apps', 'libs']);
  expect(list('migration-lambda')).toEqual(['index.mjs']);
  const packages = list('runtime/node_modules');
  expect(packages).toContain('fastify');
  const { packages: locked } = JSON.parse(readProjectFile('package-lock.json')) as {
    packages: Record<string, { dev?: true } | undefined>;
  };
  const development = packages.filter((name) => locked[`node_modules/${name}`]?.dev);
  expect(development).toEqual([]);
});

describe('the stack of docker-compose.yml', () => {
  let database: TestDatabase | undefined;
  let lambda: LambdaHost | undefined;
  let userPool: Running | undefined;
  let api: Running;
  let apiUrl: string;
  let apiEnvironment: Env;

  beforeAll(async () => {
    database = await createDeviseDatabase({ originalHashes: true });
    const ports = { api: await freePort(), userPool: await freePort() };
    apiUrl = `http://127.0.0.1:${ports.api}`;
    replacements.set('postgres://usher:local-only@postgres:5432/usher', database.url);
    replacements.set('http://api:3000', apiUrl);
    replacements.set('http://user-pool:9229', `http://127.0.0.1:${ports.userPool}`);
    replacements.set('9229', String(ports.userPool));
    replacements.set('/app/', `${image('user-pool')}/`);
    const file = image('migration-lambda', 'index.mjs');
    lambda = await startLambdaHost({
      functions: { function: { file, environment: environmentOf('lambda') } },
    });
    replacements.set('http://lambda:8080', lambda.url);
    const poolCommand = compose.services['user-pool']?.command ?? [];
    userPool = await start('user-pool', poolCommand.map(replace), environmentOf('user-pool'), 'User pool at');
    apiEnvironment = { ...environmentOf('api'), PORT: String(ports.api) };
    api = await start('runtime', execForm('runtime', 'CMD'), apiEnvironment, '"msg":"listening"');
  }, minutes);
  afterAll(async () => {
    for (const one of [api, userPool]) {
      one?.child.kill('SIGKILL');
      await one?.ended;
    }
    await lambda?.close();
    await database?.drop();
  });

  (isRoot ? it : it.skip)('runs as an ordinary account that cannot change the image', async () => {
    const status = await readFile(`/proc/${api.child.pid}/status`, 'utf8');
    expect(/^Uid:\t(\d+)/m.exec(status)?.[1]).toBe('1000');
    expect(/^CapEff:\t(\d+)$/m.exec(status)?.[1]).toBe('0000000000000000');
    for (const path of ['new', 'node_modules/new', 'dist/api/new'])
      expect(await execute('runtime', ['touch', path])).not.toBe(0);
  });

  it('is healthy, by the image and by the compose file', async () => {
    expect(await execute('runtime', execForm('runtime', 'HEALTHCHECK'), apiEnvironment)).toBe(0);
    const [, ...check] = compose.services['user-pool']?.healthcheck?.test ?? [];
    expect(await execute('user-pool', check.map(replace))).toBe(0);
    expect((await fetch(`${apiUrl}/health/ready`)).status).toBe(200);
  });

  it('migrates a Devise user, who can sign in again afterwards', async () => {
    const first = await apiClient(apiUrl).signIn(ada.email, ada.password);
    expect({ status: first.status, email: first.body.user?.email }).toEqual({
      status: 200,
      email: ada.email,
    });
    expect((await apiClient(apiUrl).signIn(ada.email, ada.password)).status).toBe(200);
    expect((await apiClient(apiUrl).signIn(ada.email, ada.wrong_password)).status).toBe(401);
  });

  it('has the commands of the operator in its image', async () => {
    const command = ['node', 'dist/src/cli/main.js', 'migration', 'status'];
    expect(await execute('runtime', command, apiEnvironment)).toBe(0);
  });

  it(
    'answers requests in progress before it stops, in time and with status 0',
    async () => {
      const waiting = apiClient(apiUrl).signIn('nobody@example.com', 'whatever-1');
      // A refusal is held for one and a half seconds.
      await pause(500);
      const begun = performance.now();
      api.child.kill('SIGTERM');
      expect((await waiting).status).toBe(401);
      expect(await api.ended).toEqual([0, null]);
      const grace = Number(/^(\d+)s$/.exec(compose.services.api?.stop_grace_period ?? '')?.[1]) * 1000;
      expect(performance.now() - begun).toBeLessThan(grace);
    },
    minutes,
  );
});
