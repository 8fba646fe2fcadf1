import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { banner } from './banner.js';
import { help, parseCommand, type Command } from './arguments.js';
import { type Environment, givenVariables } from './config/environment.js';
import { demoOrigins } from './demo-users.js';
import { LocalFolder } from './local-folder.js';
import { projectRoot } from './project-root.js';
import { startStack } from './stack.js';
import { StartError } from './start-error.js';
import { Startup } from './startup.js';

type StartCommand = Extract<Command, { do: 'start' }>;

/** Aborted with an Error after a failure, and with a string after a signal. */
const ending = new AbortController();
const write = (text: string) => void process.stdout.write(text);

const command = parseCommand(process.argv.slice(2));
if (command.do === 'help') {
  write(help);
} else if (command.do === 'complain') {
  process.stderr.write(`${command.about}\n\n${help}`);
  process.exitCode = 2;
} else {
  listenForTheEnd();
  endWithNpm();
  // Hides the SDK's advice to update Node, which does not help users who try out Usher.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const exitCode = await run(command).catch(complain);
  // Open connections of libraries must not keep the process running.
  process.exit(exitCode);
}

async function run(start: StartCommand): Promise<number> {
  const given = givenVariables(process.env);
  if (start.demo && given.DATABASE_URL) {
    throw new StartError('--demo needs the database of the stack: unset DATABASE_URL.', { exitCode: 2 });
  }
  const folder = await LocalFolder.open(join(projectRoot, '.local'), start);
  process.once('exit', () => folder.close());
  const startup = new Startup(write, ending.signal);
  try {
    await untilTheEnd({ given, ...start }, folder, startup);
  } catch (error) {
    if (!ending.signal.aborted || ending.signal.reason instanceof Error) throw error;
  } finally {
    write('\nStopping.\n');
    folder.withdrawStackFile();
    await startup.endAll();
  }
  return 0;
}

async function untilTheEnd(
  { given, demo = 'devise', watch }: StartCommand & { given: Environment },
  folder: LocalFolder,
  startup: Startup,
): Promise<void> {
  write('Starting Usher:\n');
  const stack = await startStack({ given, demo, folder, startup, signal: ending.signal, write, watch });
  write(banner(stack.described, watch ? 'here' : '.local/api.log, .local/lambda.log', demoOrigins[demo]));
  const died = stack.ended.then((error) => {
    throw error;
  });
  const asked = ending.signal.aborted ? Promise.resolve() : once(ending.signal, 'abort');
  await Promise.race([asked, died]);
  died.catch(() => undefined);
  ending.signal.throwIfAborted();
}

function listenForTheEnd(): void {
  let askedAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (askedAt === undefined) {
        askedAt = performance.now();
        ending.abort('asked');
        // npm forwards the Ctrl-C that this process has already received; only a later signal counts as the second one.
      } else if (signal === 'SIGINT' && performance.now() - askedAt > 500) {
        process.exit(130);
      }
    });
  }
  process.on('uncaughtException', (error) => ending.abort(error));
  // Writes to a closed terminal fail; shutdown must continue.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/**
 * npm runs this process in a shell that does not forward signals. If the shell has ended,
 * the signal was meant for this process.
 */
function endWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  setInterval(() => process.ppid === shell || ending.abort('asked'), 250).unref();
}

/** The message of errors that a user can fix, such as a missing permission; the stack trace of all others. */
function complain(error: unknown): number {
  const readable = error instanceof StartError || (error instanceof Error && 'syscall' in error);
  const said = error instanceof Error ? (readable ? error.message : error.stack) : error;
  process.stderr.write(`\n${String(said)}\n`);
  return error instanceof StartError ? error.exitCode : 1;
}
