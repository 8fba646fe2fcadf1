#!/usr/bin/env node
import { processVariables } from '../common/config/process-env.js';
import { useLocalStack } from './local-stack.js';
import { readPassword } from './read-password.js';
import { run } from './run.js';

// If the reader closes the pipe, as in `usher ... | head`, the command still completes, and its exit status counts.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  variables: processVariables,
  useLocalStack,
  password: readPassword,
});
