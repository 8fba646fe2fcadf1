// `npm run dev`: compiles changed files and runs the stack with --watch, which restarts the API after each
// build. A change of the Lambda, the user pool or the stack itself needs a new `npm run dev`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

const cwd = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const compilerOptions = ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'];
if (process.stdout.isTTY) compilerOptions.push('--pretty');

const compiler = spawn(process.execPath, ['node_modules/typescript/bin/tsc', ...compilerOptions], {
  cwd,
  stdio: ['ignore', 'pipe', 'inherit'],
});
compiler.stdout.pipe(process.stdout);
process.on('exit', () => compiler.kill());

let stack;
// When the stack ends, the compiler is stopped.
const end = () => (stack ? stack.kill('SIGTERM') : process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
// npm runs this script in a shell that does not forward signals.
const shell = process.ppid;
setInterval(() => process.ppid === shell || end(), 250).unref();

// Wait for the first build; otherwise the API would restart right after its start.
for await (const text of compiler.stdout.iterator({ destroyOnReturn: false })) {
  if (String(text).includes('Watching for file changes')) break;
}
// The second one also provides the files of the hosted pages.
for (const bundle of ['apps/migration-lambda/bundle.js', 'src/bundle.js'])
  spawnSync(process.execPath, [bundle], { cwd, stdio: 'inherit' });

const program = ['dist/apps/local-stack/src/main.js', '--watch', ...process.argv.slice(2)];
stack = spawn(process.execPath, program, { cwd, stdio: 'inherit' });
const [code] = await once(stack, 'exit');
process.exit(code ?? 1);
