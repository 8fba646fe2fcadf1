#!/usr/bin/env node
import 'reflect-metadata';
import { processVariables } from './config/variables.js';
import { run } from './run.js';

// A reader that goes away, as in `usher ... | head`, has what it wanted. What was begun is finished, and its exit status counts.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  variables: processVariables,
});
