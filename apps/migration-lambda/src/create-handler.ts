import { NestFactory } from '@nestjs/core';
import { Call } from './call.js';
import { type Configuration, ConfigurationError } from './config/configuration.js';
import type { MessageSettings } from './config/message-settings.js';
import { Log } from './log.js';
import { MigrationLambdaModule } from './migration-lambda.module.js';
import type { LambdaContext, TriggerEvent } from './trigger-event.js';
import { CustomMessageTrigger } from './triggers/custom-message.trigger.js';
import { TRY_AGAIN_LATER } from './triggers/trigger.js';
import { Triggers } from './triggers/triggers.js';

export type Handler = (event: TriggerEvent, context?: LambdaContext) => Promise<TriggerEvent>;

/** Upper limit of the start-up time: AWS may start a process some time before its first call. */
const MAX_START_UP_MS = 1_000;

/**
 * @param configuration of the migration. With an error instead, the handler still writes Cognito's messages: a wrong variable
 * of the migration must not keep codes from users. All other events fail.
 * @param readMessages returns the settings of Cognito's messages, or why there are none; called for the first message
 */
export async function createHandler(
  configuration: Configuration | ConfigurationError,
  readMessages: () => MessageSettings | string,
): Promise<Handler> {
  const customMessage = new CustomMessageTrigger(readMessages, new Log());
  const triggers = configuration instanceof ConfigurationError ? configuration : await start(configuration);
  // Cognito's timeout includes the cold start, so the first call has less time.
  let startUpMs = Math.min(performance.now(), MAX_START_UP_MS);
  return async (event, context = {}) => {
    const call = new Call(event, context, startUpMs);
    startUpMs = 0;
    if (CustomMessageTrigger.accepts(event)) return customMessage.handle(event, call);
    if (triggers instanceof ConfigurationError) throw notConfigured(triggers);
    return triggers.handle(event, call);
  };
}

async function start(configuration: Configuration): Promise<Triggers> {
  const application = await NestFactory.createApplicationContext(MigrationLambdaModule.with(configuration), {
    logger: false,
    abortOnError: false,
  });
  return application.get(Triggers);
}

/** Logs which variables are wrong. The returned error is neutral, because its text reaches the caller of Cognito. */
function notConfigured({ message }: ConfigurationError): Error {
  process.stderr.write(`${message}\n`);
  return new Error(TRY_AGAIN_LATER);
}
