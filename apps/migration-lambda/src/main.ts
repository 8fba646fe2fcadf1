import { type Configuration, ConfigurationError, readConfiguration } from './config/configuration.js';
import { readMessageSettings } from './config/message-settings.js';
import { createHandler } from './create-handler.js';

// Created once for all calls. Awaited at the top level, because Lambda gives a starting function a full CPU.
export const handler = await createHandler(configurationOrError(), () => readMessageSettings());

function configurationOrError(): Configuration | ConfigurationError {
  try {
    return readConfiguration();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}
