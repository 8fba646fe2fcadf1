import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './create-app.js';
import { end, whenAskedToEnd } from './ending.js';
import { Config, ConfigurationError } from './platform/config/config.js';
import { StartError } from './platform/errors/start-error.js';
import { Log } from './platform/logging/log.js';

const log = new Log();
const askedToEnd = whenAskedToEnd(log);
const app = await start().catch(complain);
await askedToEnd;
await end(app).catch((error: unknown) => {
  log.fatal('the service did not end as it should', { error });
  process.exit(1);
});
log.info('ended');
// Said outright: a connection that some library keeps open must not keep a finished process alive.
process.exit(0);

async function start(): Promise<NestFastifyApplication> {
  const app = await createApp();
  const { host, port } = app.get(Config).http;
  await app.listen(port, host);
  log.info('listening', { url: await app.getUrl() });
  return app;
}

function complain(error: unknown): never {
  if (error instanceof StartError) {
    process.stderr.write(`${error.message}.\n`);
    process.exit(2);
  }
  if (error instanceof ConfigurationError) process.stderr.write(`${error.message}\n`);
  else log.fatal('the service cannot start', { error });
  process.exit(1);
}
