import { Matches } from 'class-validator';
import { type ConfigOf, defineNamespace } from './config-namespace.js';
import { AreSecrets, period, secondsOf } from './validators.js';

class SecretsEnvironment {
  @AreSecrets(16)
  SESSION_SECRETS!: string[];
}

/** What the keys of all sealed values are derived from. */
export const secretsConfig = defineNamespace('secrets', SecretsEnvironment, (environment) => ({
  /** Newest first. */
  sessionSecrets: environment.SESSION_SECRETS,
}));
export type SecretsConfig = ConfigOf<typeof secretsConfig>;

class SessionsEnvironment {
  @Matches(period, { message: 'must be a number of minutes, hours or days, such as "14 days"' })
  SESSION_IDLE_TIMEOUT = '14 days';

  @Matches(period, { message: 'must be a number of minutes, hours or days, such as "30 days"' })
  SESSION_ABSOLUTE_TIMEOUT = '30 days';
}

export const sessionsConfig = defineNamespace('sessions', SessionsEnvironment, (environment) => ({
  /** A session expires after this many seconds without use. */
  idleSeconds: secondsOf(environment.SESSION_IDLE_TIMEOUT) ?? Infinity,
  /** A session expires after this many seconds, used or not. */
  absoluteSeconds: secondsOf(environment.SESSION_ABSOLUTE_TIMEOUT) ?? Infinity,
}));
export type SessionsConfig = ConfigOf<typeof sessionsConfig>;
