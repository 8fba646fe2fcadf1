import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { isBlankHash } from '#password-hashes';
import { UserDirectory } from '../cognito/user-directory.js';
import { Clock } from '../common/clock/clock.js';
import { isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { TriggerRequests } from '../credentials/trigger-requests.js';
import { FireAndForget } from '../jobs/fire-and-forget.js';
import { LegacyAccounts } from '../legacy/legacy-accounts.js';

/** Milliseconds. `/aws/auth` writes after its answer, possibly in another process. */
const writeDelayMs = 3000;

/** Milliseconds, for steps of PostgreSQL's clock. */
const clockTolerance = 1000;

/** Milliseconds. */
const alarmEveryMs = 60_000;

/** A sign-in that Cognito refused. */
export interface RefusedSignIn {
  email: string;
  requestId: string;
  /** When it began, by `Clock.elapsed()`. */
  beganAt: number;
}

/**
 * Cognito refuses a user whom it does not know without asking `/aws/auth` if the migration trigger is missing, may not be invoked or
 * does not reach Usher. Its answer is that to a wrong password, so only the requests of the trigger show it.
 */
@Injectable()
export class SilentTrigger implements BeforeApplicationShutdown {
  private readonly checks = new FireAndForget();
  private readonly stopped = new AbortController();
  private readonly silent: Counter;
  private alarmedAt = -Infinity;

  constructor(
    private readonly requests: TriggerRequests,
    private readonly accounts: LegacyAccounts,
    private readonly directory: UserDirectory,
    private readonly clock: Clock,
    private readonly log: Log,
    registry: Registry,
  ) {
    this.silent = new Counter({
      name: 'usher_trigger_silent_total',
      help: 'Refused sign-ins of legacy users for which the migration trigger did not ask POST /aws/auth',
      registers: [registry],
    });
  }

  /** Checks in the background. To be called after the response. */
  begin(signIn: RefusedSignIn): void {
    if (this.stopped.signal.aborted) return;
    this.checks.begin(
      () => this.check(signIn),
      (error) => {
        // Without the pool or the source it is not known.
        if (this.stopped.signal.aborted || isAppError(error)) return;
        this.log.warn('failed to check whether the migration trigger works', { error });
      },
    );
  }

  /** Does not wait: a check may wait for Cognito, and nothing is lost without its result. */
  beforeApplicationShutdown(): void {
    this.stopped.abort();
  }

  private async check(signIn: RefusedSignIn): Promise<void> {
    const { email, requestId } = signIn;
    if ((await this.outcomeOf(signIn)) === 'asked') return;
    if (!(await this.mustMigrate(email))) return;
    // At once: a user of the pool may be deleted soon after.
    if (await this.directory.find(email)) return;
    await sleep(writeDelayMs, undefined, { signal: this.stopped.signal });
    const outcome = await this.outcomeOf(signIn);
    if (outcome === 'asked') return;
    this.silent.inc();
    this.requests.record(requestId, 'silent');
    this.raiseAlarm(outcome === 'token_refused' ? 'token_refused' : 'not_asked');
  }

  private outcomeOf({ requestId, beganAt }: RefusedSignIn) {
    return this.requests.find(requestId, this.clock.elapsed() - beganAt + clockTolerance);
  }

  /** Whether it is a legacy user with a hash. @throws AppError also without AWS credentials */
  private async mustMigrate(email: string): Promise<boolean> {
    // Without asking a source: most refused sign-ins are of users who have migrated.
    const state = await this.accounts.findState(email);
    if (state?.user.sub != null) return false;
    await this.directory.requireCredentials();
    const account = await this.accounts.find(email);
    return (
      account !== undefined &&
      account.user.sub === null &&
      !account.erased &&
      !isBlankHash(account.passwordHash)
    );
  }

  private raiseAlarm(reason: 'not_asked' | 'token_refused'): void {
    const now = this.clock.elapsed();
    if (now - this.alarmedAt < alarmEveryMs) return;
    this.alarmedAt = now;
    this.log.error('Cognito refused a legacy user, and the migration trigger did not ask POST /aws/auth', {
      alarm: 'cognito.trigger_silent',
      reason,
      fix: 'npx usher doctor --live',
    });
  }
}
