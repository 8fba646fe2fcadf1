import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;

export async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The built stand-in, as `npm run user-pool` starts it. */
export async function startUserPool(dataDir) {
  const port = await freePort();
  const main = join(root, 'dist/apps/user-pool/src/main.js');
  return start(process.execPath, [main, '--port', String(port), '--data', dataDir], { port, cwd: root });
}

/** Installed into `directory` only, so that it is in nobody's lock file. */
export async function startCognitoLocal(directory) {
  mkdirSync(join(directory, '.cognito'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"private":true}');
  const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', 'cognito-local@5.3.0'];
  execFileSync('npm', install, { cwd: directory, stdio: 'ignore' });
  const port = await freePort();
  const main = join(directory, 'node_modules/cognito-local/lib/bin/start.js');
  return start(process.execPath, [main], {
    port,
    cwd: directory,
    env: { PORT: String(port), HOST: '127.0.0.1' },
  });
}

async function start(command, args, { port, cwd, env = {} }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await answers(url)); tries++) {
    if (tries > 600 || child.exitCode !== null) throw new Error(`${args[0]} did not start.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
  return { url, stop };
}

const answers = (url) =>
  fetch(url).then(
    () => true,
    () => false,
  );
