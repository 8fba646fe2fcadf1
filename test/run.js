// Runs Jest projects: `node test/run.js unit,integration [arguments of Jest]`.
import { spawn } from 'node:child_process';

const [projects = '', ...options] = process.argv.slice(2);
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    ...options,
    // Last, because it takes all arguments that follow it.
    '--selectProjects',
    ...projects.split(','),
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
jest.on('exit', (status) => process.exit(status ?? 1));
