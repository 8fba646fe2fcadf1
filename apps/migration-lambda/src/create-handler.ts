import { NestFactory } from '@nestjs/core';
import { Call } from './call.js';
import type { Configuration } from './config/configuration.js';
import { MigrationLambdaModule } from './migration-lambda.module.js';
import type { LambdaContext, TriggerEvent } from './trigger-event.js';
import { Triggers } from './triggers/triggers.js';

export type Handler = (event: TriggerEvent, context?: LambdaContext) => Promise<TriggerEvent>;

/** Starting took this long at most; a process that was started in advance and then waited is not billed for it. */
const LONGEST_START_UP_MS = 1_000;

export async function createHandler(configuration: Configuration): Promise<Handler> {
  const application = await NestFactory.createApplicationContext(MigrationLambdaModule.with(configuration), {
    logger: false,
    abortOnError: false,
  });
  const triggers = application.get(Triggers);
  // Cognito's clock was running during a cold start, so the first call has less time.
  let startUpMs = Math.min(performance.now(), LONGEST_START_UP_MS);
  return async (event, context = {}) => {
    const call = new Call(event, context, startUpMs);
    startUpMs = 0;
    return triggers.answer(event, call);
  };
}
