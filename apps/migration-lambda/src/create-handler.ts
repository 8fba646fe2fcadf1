import { NestFactory } from '@nestjs/core';
import { Call } from './call.js';
import type { Configuration } from './config/configuration.js';
import { MigrationLambdaModule } from './migration-lambda.module.js';
import type { LambdaContext, TriggerEvent } from './trigger-event.js';
import { Triggers } from './triggers/triggers.js';

export type Handler = (event: TriggerEvent, context?: LambdaContext) => Promise<TriggerEvent>;

/** Upper limit of the start-up time: AWS may start a process some time before its first call. */
const MAX_START_UP_MS = 1_000;

export async function createHandler(configuration: Configuration): Promise<Handler> {
  const application = await NestFactory.createApplicationContext(MigrationLambdaModule.with(configuration), {
    logger: false,
    abortOnError: false,
  });
  const triggers = application.get(Triggers);
  // Cognito's timeout includes the cold start, so the first call has less time.
  let startUpMs = Math.min(performance.now(), MAX_START_UP_MS);
  return async (event, context = {}) => {
    const call = new Call(event, context, startUpMs);
    startUpMs = 0;
    return triggers.handle(event, call);
  };
}
