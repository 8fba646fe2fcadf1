import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { announcement } from './announcement.js';
import { help, parseCommand, type Command } from './arguments.js';
import { givenVariables } from './config/environment.js';
import { LocalFolder } from './local-folder.js';
import { projectRoot } from './project-root.js';
import { startStack } from './stack.js';
import { StartError } from './start-error.js';
import { Startup } from './startup.js';

type StartCommand = Extract<Command, { do: 'start' }>;

/** Aborted with an Error when something broke, with a word when somebody asked for the end. */
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
  // The advice to update Node is not for somebody who only tries this out.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const exitCode = await run(command).catch(complain);
  // Said outright: a connection that some library keeps open must not keep a finished stack alive.
  process.exit(exitCode);
}

async function run(start: StartCommand): Promise<number> {
  const folder = await LocalFolder.open(join(projectRoot, '.local'), start);
  process.once('exit', () => folder.close());
  const startup = new Startup(write, ending.signal);
  try {
    await untilTheEnd(start, folder, startup);
  } catch (error) {
    if (!ending.signal.aborted || ending.signal.reason instanceof Error) throw error;
  } finally {
    write('\nEnding everything.\n');
    folder.withdrawStackFile();
    await startup.endAll();
  }
  return 0;
}

async function untilTheEnd({ watch }: StartCommand, folder: LocalFolder, startup: Startup): Promise<void> {
  write('Starting Usher:\n');
  const given = givenVariables(process.env);
  const stack = await startStack({ given, folder, startup, signal: ending.signal, write, watch });
  write(announcement(stack.described, watch ? 'here' : '.local/api.log, .local/lambda.log'));
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
        // npm passes on the Ctrl-C that the terminal has sent us already; only a later one is a second one.
      } else if (signal === 'SIGINT' && performance.now() - askedAt > 500) {
        process.exit(130);
      }
    });
  }
  process.on('uncaughtException', (error) => ending.abort(error));
  // A closed terminal takes no more words; that must not keep us from ending the rest.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/**
 * npm runs us through a shell, and that shell dies of a signal without passing it on. So when it is gone,
 * whoever ended npm meant us.
 */
function endWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  setInterval(() => process.ppid === shell || ending.abort('asked'), 250).unref();
}

/** A sentence for what somebody can put right, such as a folder that may not be written; the whole stack for our mistakes. */
function complain(error: unknown): number {
  const readable = error instanceof StartError || (error instanceof Error && 'syscall' in error);
  const said = error instanceof Error ? (readable ? error.message : error.stack) : error;
  process.stderr.write(`\n${String(said)}\n`);
  return error instanceof StartError ? error.exitCode : 1;
}
