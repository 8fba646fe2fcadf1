import { performance } from 'node:perf_hooks';
import { types } from 'node:util';
import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { ErrorCode } from '#contracts';
import { Clock } from '../platform/clock/clock.js';
import { isAppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import { CognitoBreaker } from './cognito-breaker.js';
import { shortTimeout, triggerTimeout } from './cognito-client.js';
import { isOutage, isTurnedAway, toAppError } from './cognito-errors.js';
import type { Asked } from './exceptions.js';

/** Triggers of the pool run in these, and Cognito waits for them. */
const runsTriggers = new Set<Asked>([
  'sign-in',
  'challenge',
  'refresh',
  'forgot-password',
  'confirm-forgot-password',
  'invite-again',
  'change-email',
]);

/**
 * Done twice, these leave things as if done once. A new sign-in takes the place of one that nobody got to see. A change of address is
 * not among them: a first request that arrives after it was revoked would bring the address back.
 */
const repeatable = new Set<Asked>([
  'sign-in',
  'get-user',
  'global-sign-out',
  'prefer-totp',
  'revoke',
  'find-user',
  'list-users',
  'delete-user',
  'disable-user',
  'enable-user',
  'sign-user-out',
  'describe-pool',
  'describe-app-client',
]);

/** Milliseconds after which a caller has waited long enough for a first answer. */
const patience = 3000;

/** Milliseconds before the second try; a random time, so that callers who failed together do not return together. */
const pause = () => 100 + Math.random() * 300;

export type Send<Answer> = (
  client: CognitoIdentityProviderClient,
  options: { requestTimeout: number },
) => Promise<Answer>;

/**
 * @param operation as Cognito calls it
 * @param error what was thrown, where there was no good answer
 */
export type Observer = (operation: string, seconds: number, error: unknown) => void;

/** One way to Cognito for all who ask: time-outs, second tries, a breaker and our error codes. */
export abstract class CognitoConnection implements OnApplicationShutdown {
  private readonly breaker: CognitoBreaker;

  constructor(
    protected readonly client: CognitoIdentityProviderClient,
    private readonly clock: Clock,
    protected readonly log: Log,
  ) {
    this.breaker = new CognitoBreaker(clock, log);
  }

  /** @param observer is told of every request that was sent, also of second tries */
  observe(observer: Observer): void {
    this.client.middlewareStack.add(
      (next, { commandName = 'unknown' }) =>
        async (sent) => {
          const operation = commandName.replace(/Command$/, '');
          const begun = performance.now();
          const tell = (error?: unknown) => observer(operation, (performance.now() - begun) / 1000, error);
          try {
            const answer = await next(sent);
            tell();
            return answer;
          } catch (error) {
            tell(error);
            throw error;
          }
        },
      { step: 'initialize', name: 'observe' },
    );
  }

  /** @param learn is told the `Date` of every answer, also of a refusal, and when it was asked for (`Clock.elapsed`) */
  onDate(learn: (date: string, askedAt: number) => void): void {
    this.client.middlewareStack.add(
      (next) => async (sent) => {
        const askedAt = this.clock.elapsed();
        const answer = await next(sent);
        const { headers } = answer.response as { headers?: Record<string, string | undefined> };
        if (headers?.date !== undefined) learn(headers.date, askedAt);
        return answer;
      },
      // Next to the network: what is thrown for a refusal is made further out.
      { step: 'deserialize', name: 'onDate', priority: 'low' },
    );
  }

  /** Does Cognito answer, as far as we know? It is not asked for this. */
  get isAnswering(): boolean {
    return !this.breaker.isOpen;
  }

  /** @throws AppError */
  async ask<Answer>(asked: Asked, send: Send<Answer>): Promise<Answer> {
    try {
      return await this.askTwiceAtMost(asked, send);
    } catch (error) {
      if (isAppError(error)) throw error;
      const mapped = toAppError(asked, error);
      if (isAnswer(error)) this.raiseAlarm(asked, error, mapped.code);
      throw mapped;
    }
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  private async askTwiceAtMost<Answer>(asked: Asked, send: Send<Answer>): Promise<Answer> {
    const options = { requestTimeout: runsTriggers.has(asked) ? triggerTimeout : shortTimeout };
    const once = () => this.breaker.run(() => send(this.client, options));
    const startedAt = this.clock.elapsed();
    try {
      return await once();
    } catch (error) {
      const mayRepeat = isTurnedAway(error) || (isOutage(error) && repeatable.has(asked));
      if (!mayRepeat || this.clock.elapsed() - startedAt > patience) throw error;
    }
    await this.clock.sleep(pause());
    return once();
  }

  /** Without the exception's text, which can echo what was typed. */
  private raiseAlarm(asked: Asked, { name: exception }: Error, code: ErrorCode): void {
    if (code === 'internal') {
      this.log.error('Cognito refuses us: the configuration of Usher or of the pool is wrong', {
        alarm: 'cognito.misconfigured',
        asked,
        exception,
      });
    } else if (triggerFailures.has(exception)) {
      this.log.error('a trigger of the pool fails: see its log, and whether Cognito may call it', {
        alarm: 'cognito.trigger_failed',
        asked,
        exception,
      });
    }
  }
}

const triggerFailures = new Set(['UnexpectedLambdaException', 'UserLambdaValidationException']);

/** Did Cognito say it? Anything else is a mistake of this program. */
const isAnswer = (error: unknown): error is Error => types.isNativeError(error) && '$metadata' in error;
