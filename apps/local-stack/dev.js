// `npm run dev`: builds, keeps building whatever changes, and runs the stack with --watch, which starts the API again
// after each build. A change of the stack itself, the user pool or the Lambda needs a new `npm run dev`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const run = (...program) => spawn(process.execPath, program, { cwd: root, stdio: 'inherit' });

const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit', shell: true });
if (built.status !== 0) process.exit(built.status ?? 1);

const compiler = run(
  'node_modules/typescript/bin/tsc',
  '-p',
  'tsconfig.build.json',
  '--watch',
  '--preserveWatchOutput',
);
const stack = run('dist/apps/local-stack/src/main.js', '--watch', ...process.argv.slice(2));

// A terminal sends Ctrl-C to all three of us: the stack decides when it is done, and everything else follows it.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => stack.kill('SIGTERM'));

const [code] = await once(stack, 'exit');
compiler.kill();
process.exit(code ?? 1);
