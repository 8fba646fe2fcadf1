import 'reflect-metadata';
import { createApp } from './create-app.js';
import { Config, ConfigurationError } from './platform/config/config.js';
import { Log } from './platform/logging/log.js';

try {
  const app = await createApp();
  app.enableShutdownHooks();
  const { host, port } = app.get(Config).http;
  await app.listen(port, host);
  app.get(Log).info('listening', { url: await app.getUrl() });
} catch (error) {
  if (error instanceof ConfigurationError) process.stderr.write(`${error.message}\n`);
  else new Log().fatal('the service cannot start', { error });
  process.exit(1);
}
