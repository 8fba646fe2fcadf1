import { readConfiguration } from './config/configuration.js';
import { createHandler } from './create-handler.js';

// Made once and kept for all later calls. Awaited here, because Lambda gives a starting function a whole processor,
// and a wrong configuration then stops the start with an error that names the variable.
export const handler = await createHandler(readConfiguration());
