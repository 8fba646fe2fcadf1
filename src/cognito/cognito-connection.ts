import { types } from 'node:util';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { isAppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import { CognitoBreaker } from './cognito-breaker.js';
import { createCognitoClient, shortTimeout, triggerTimeout } from './cognito-client.js';
import { isOutage, isTurnedAway, toAppError } from './cognito-errors.js';
import type { Asked } from './exceptions.js';
import { secretHash } from './secret-hash.js';

/** Triggers of the pool run in these, and Cognito waits for them. */
const runsTriggers = new Set<Asked>([
  'sign-in',
  'challenge',
  'refresh',
  'forgot-password',
  'confirm-forgot-password',
]);

/** Done twice, these leave things as if done once. A new sign-in takes the place of one that nobody got to see. */
const repeatable = new Set<Asked>(['sign-in', 'get-user', 'global-sign-out', 'prefer-totp', 'revoke']);

/** Milliseconds after which a caller has waited long enough for a first answer. */
const patience = 3000;

/** Milliseconds before the second try; a random time, so that callers who failed together do not return together. */
const pause = () => 100 + Math.random() * 300;

type Send<Answer> = (
  client: CognitoIdentityProviderClient,
  options: { requestTimeout: number },
) => Promise<Answer>;

/** One way to Cognito for all who ask: the app client's ids, time-outs, second tries, the breaker and our error codes. */
@Injectable()
export class CognitoConnection implements OnApplicationShutdown {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  private readonly client: CognitoIdentityProviderClient;
  private readonly breaker: CognitoBreaker;

  constructor(
    { cognito }: Config,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.clientId = cognito.clientId;
    this.clientSecret = cognito.clientSecret;
    this.client = createCognitoClient(cognito);
    this.breaker = new CognitoBreaker(clock, log);
  }

  /** Undefined without a client secret. @param username exactly as sent in the same request */
  secretHash(username: string): string | undefined {
    return this.clientSecret === undefined
      ? undefined
      : secretHash(username, this.clientId, this.clientSecret);
  }

  /** @throws AppError */
  async ask<Answer>(asked: Asked, send: Send<Answer>): Promise<Answer> {
    try {
      return await this.askTwiceAtMost(asked, send);
    } catch (error) {
      if (isAppError(error)) throw error;
      const mapped = toAppError(asked, error);
      if (mapped.code === 'internal' && isAnswer(error)) this.raiseAlarm(asked, error);
      throw mapped;
    }
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  private async askTwiceAtMost<Answer>(asked: Asked, send: Send<Answer>): Promise<Answer> {
    const options = { requestTimeout: runsTriggers.has(asked) ? triggerTimeout : shortTimeout };
    const once = () => this.breaker.run(() => send(this.client, options));
    const startedAt = this.clock.now().getTime();
    try {
      return await once();
    } catch (error) {
      const mayRepeat = isTurnedAway(error) || (isOutage(error) && repeatable.has(asked));
      if (!mayRepeat || this.clock.now().getTime() - startedAt > patience) throw error;
    }
    await this.clock.sleep(pause());
    return once();
  }

  /** Without the exception's text, which can echo what was typed. */
  private raiseAlarm(asked: Asked, { name }: Error): void {
    this.log.error('Cognito refuses us: the configuration of Usher or of the pool is wrong', {
      alarm: 'cognito.misconfigured',
      asked,
      exception: name,
    });
  }
}

/** Did Cognito say it? Anything else is a mistake of this program. */
const isAnswer = (error: unknown): error is Error => types.isNativeError(error) && '$metadata' in error;
