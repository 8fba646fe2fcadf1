import { AsyncResource } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { normaliseEmail, type SignInRequest } from '#contracts';
import { mayBeUnknownUser } from '../cognito/cognito-errors.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { ResponseDelay } from '../common/http/response-delay.js';
import { countEvenOnSuccess } from '../rate-limit/rate-limit.guard.js';
import { LegacyPasswordVerifier } from '../credentials/legacy-password.verifier.js';
import { PasswordHasher } from '../credentials/password-hasher.js';
import { UsersService } from '../users/users.service.js';
import { SilentTrigger } from './silent-trigger.js';

type Attempt = Pick<SignInRequest, 'email' | 'password'>;

/** Seconds, as for other failures of the migration trigger. */
const retryAfter = 5;

/**
 * Makes the answer to a refused sign-in, and its time, independent of the account (docs/adr/0004-one-refusal.md). Users who
 * are not in the pool cost a hash in `/aws/auth`, so refusals of all others cost a hash here, and every refusal waits for the
 * hashes of refusals that arrived at the same time.
 */
@Injectable()
export class RefusalService {
  constructor(
    private readonly responseDelay: ResponseDelay,
    private readonly users: UsersService,
    private readonly passwords: LegacyPasswordVerifier,
    private readonly hasher: PasswordHasher,
    private readonly silentTrigger: SilentTrigger,
  ) {}

  /**
   * Does not reject.
   * @param readAttempt validates what was sent; called for a refusal of Cognito only, which follows validation
   * @returns the error to answer with, at the time to answer
   */
  async settle(thrown: unknown, reply: FastifyReply, readAttempt: () => Attempt): Promise<unknown> {
    try {
      if (mayBeUnknownUser(thrown)) this.checkTriggerAfter(reply, readAttempt());
      return await this.delay(thrown, reply, readAttempt);
    } catch (failure) {
      return failure;
    }
  }

  private checkTriggerAfter(reply: FastifyReply, { email: typed }: Attempt): void {
    const { id: requestId } = reply.request;
    const email = normaliseEmail(typed);
    const beganAt = performance.now() - this.responseDelay.elapsed(reply);
    // Bound, so that the log line has the id of the request.
    const check = AsyncResource.bind(() => this.silentTrigger.begin({ email, requestId, beganAt }));
    reply.raw.once('close', check);
  }

  /** @returns the error to answer with, at the time to answer; errors other than refusals at once and unchanged */
  private async delay(error: unknown, reply: FastifyReply, readAttempt: () => Attempt): Promise<unknown> {
    const period = this.responseDelay.milliseconds;
    if (period === 0) return error;
    const isRefusal = isAppError(error, 'auth.invalid_credentials');
    // The code of a trigger that failed because too many hashes are queued.
    if (!isRefusal && !isAppError(error, 'cognito.unavailable', 'legacy.unavailable')) return error;
    const arrivedAt = performance.now() - this.responseDelay.elapsed(reply);
    const answer = isRefusal ? await this.spendRefusalCost(error, reply, readAttempt()) : error;
    await this.responseDelay.wait(this.responseDelay.elapsed(reply));
    const queue = this.hasher.doneBefore(arrivedAt + period);
    if (queue) {
      await queue;
      await this.responseDelay.wait(this.responseDelay.elapsed(reply));
    }
    if (!this.hasher.hasRefusedSince(arrivedAt)) return answer;
    // Cognito still checks passwords of users in the pool, so a caller who fills the queue could guess them without limit.
    countEvenOnSuccess(reply);
    // Which of several refusals finds the queue full depends on the account: users who are not in the pool come last.
    return answer === error && isRefusal ? unavailable(error) : answer;
  }

  /** @returns the refusal, or the error of a failed trigger if the queue is full or the database is unavailable */
  private async spendRefusalCost(
    refusal: AppError,
    reply: FastifyReply,
    { email: typed, password }: Attempt,
  ): Promise<AppError> {
    const email = normaliseEmail(typed);
    try {
      const account = await this.users.findLegacyAccount(email);
      const elapsedMs = this.responseDelay.elapsed(reply);
      await this.passwords.spendRefusalCost(email, account, { password, elapsedMs });
      return refusal;
    } catch (error) {
      if (!isAppError(error, 'overloaded')) throw error;
      return unavailable(error);
    }
  }
}

/** The answer to a failed migration trigger. */
const unavailable = (cause: AppError) => new AppError('cognito.unavailable', { cause, retryAfter });
