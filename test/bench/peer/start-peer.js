import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freePort } from '../../../dist/apps/local-stack/src/ports.js';
import { startWorker } from '../measure/node-process.js';

const fileOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const ours = JSON.parse(readFileSync(fileOf('../../../package.json'), 'utf8')).dependencies;
const shared = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/typeorm',
  'aws-jwt-verify',
  'pg',
  'reflect-metadata',
  'rxjs',
  'typeorm',
];

/** Installed into a folder of its own in the versions of Usher, so that it is in no lock file. */
export async function startPeer(closing, settings) {
  const folder = mkdtempSync(join(tmpdir(), 'usher-bench-peer-'));
  closing(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  const packages = [...shared, '@nestjs/platform-express'].map(
    (name) => `${name}@${ours[name] ?? ours['@nestjs/core']}`,
  );
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  execFileSync('npm', ['install', ...options, ...packages], { cwd: folder, stdio: 'ignore' });
  cpSync(fileOf('app.js'), join(folder, 'app.js'));
  const port = await freePort();
  const server = await startWorker(pathToFileURL(join(folder, 'app.js')), {
    args: [String(port), settings],
    env: { NODE_ENV: 'production' },
  });
  closing(server.stop);
  return { ...server, port };
}
