#!/usr/bin/env node
import 'reflect-metadata';
import { processVariables } from './config/variables.js';
import { run } from './run.js';

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  variables: processVariables,
});
