import { readConfiguration } from './config/configuration.js';
import { createHandler } from './create-handler.js';

// Created once for all calls. Awaited at the top level, because Lambda gives a starting function a full CPU,
// and an invalid configuration then fails the start with an error that names the variable.
export const handler = await createHandler(readConfiguration());
