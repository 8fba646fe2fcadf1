import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './create-app.js';
import { ConfigurationError, StartError } from './common/config/config-namespace.js';
import { type HttpConfig, httpConfig } from './common/config/http.config.js';
import { silenceSdkNotice } from './common/config/process-env.js';
import { nodeWarning } from './common/config/start-warnings.js';
import { Log } from './common/logging/log.js';
import { shutDown, untilShutdownSignal } from './shutdown.js';

const log = new Log();
silenceSdkNotice();
const shutdownSignal = untilShutdownSignal(log);
const app = await start().catch(exitWithError);
await shutdownSignal;
await shutDown(app).catch((error: unknown) => {
  log.fatal('shutdown failed', { error });
  process.exit(1);
});
log.info('shutdown complete');
// Explicit, because connections that a library leaves open would keep the process alive.
process.exit(0);

async function start(): Promise<NestFastifyApplication> {
  const app = await createApp();
  const warning = nodeWarning();
  if (warning !== undefined) log.warn(warning.message, { effect: warning.effect, fix: warning.fix });
  const { host, port } = app.get<HttpConfig>(httpConfig.KEY);
  await app.listen(port, host);
  log.info('listening', { url: await app.getUrl() });
  return app;
}

function exitWithError(error: unknown): never {
  if (error instanceof StartError) {
    process.stderr.write(`${error.message}.\n`);
    process.exit(2);
  }
  if (error instanceof ConfigurationError) process.stderr.write(`${error.message}\n`);
  else log.fatal('start failed', { error });
  process.exit(1);
}
