import { readPools } from './config/pools-file.js';
import { help, readArguments, UsageError } from './config/arguments.js';
import { startUserPool } from './server.js';
import { FolderInUse } from './state/folder-lock.js';
import { ServiceError } from './wire/errors.js';

async function main(): Promise<void> {
  const { options, pools, help: showHelp } = readArguments(process.argv.slice(2));
  if (showHelp) {
    process.stdout.write(help);
    return;
  }
  const described = pools === undefined ? {} : { pools: readPools(pools) };
  const server = await startUserPool({ ...options, ...described });
  console.log(`User pool at ${server.url}`);
  console.log(options.dataDir ? `Data in ${options.dataDir}` : 'No data is stored: --data is not set');
  const stop = () => void server.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** The message of a usage error; the stack trace of all others. */
function explain(error: unknown): string {
  if (error instanceof FolderInUse) return error.message;
  if (error instanceof UsageError) return `${error.message}\nTry --help.`;
  if (error instanceof ServiceError) return `A pool of the file cannot be made: ${error.message}`;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `The port is taken: ${message}. Choose another with --port.`;
  if (code !== undefined) return message;
  return stack ?? message;
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
