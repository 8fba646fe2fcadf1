import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CognitoClock } from '../../cognito/cognito-clock.js';
import { UserDirectory } from '../../cognito/user-directory.js';
import { BackgroundWork } from '../../platform/background/background-work.js';
import { Clock } from '../../platform/clock/clock.js';
import { isAppError } from '../../platform/errors/app-error.js';
import { Log } from '../../platform/logging/log.js';
import {
  type PasswordChange,
  PasswordChangesRepository,
  type TakenPasswordChange,
} from '../persistence/password-changes.repository.js';
import { PasswordChangedHandler } from './password-changed.handler.js';
import { detectOutcome } from './outcome.js';

/** Milliseconds between looks for changes that another process left behind, or that are due again. */
const pollMs = 5000;

/** From this try on an operator should look. */
const worrying = 5;

/**
 * Completes new passwords, also those whose process died or whose answer from Cognito was lost: then the pool is looked at.
 * Every process does; each change is taken by one at a time, and can be tried again from any point.
 */
@Injectable()
export class PasswordChangeCompletionJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work = new BackgroundWork(() => this.round(), pollMs);
  /** What this process knows that Cognito said, and could not write down yet. */
  private readonly owed = new Map<string, () => Promise<void>>();

  constructor(
    private readonly changes: PasswordChangesRepository,
    private readonly handler: PasswordChangedHandler,
    private readonly directory: UserDirectory,
    private readonly clock: Clock,
    private readonly cognitoClock: CognitoClock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  wake(): void {
    this.work.wake();
  }

  /**
   * Cognito said yes. Never fails: what cannot be done now is done later. Cognito ends sessions first, whatever becomes of
   * the database: later it would end those that have begun since as well.
   * @param findSub finds out who it was, where the record does not say
   */
  async finish(change: PasswordChange, findSub?: (email: string) => Promise<string | null>): Promise<void> {
    const saidAt = this.clock.elapsed();
    const isSignedOut = await this.trySignOutAtCognito(change, change.sub);
    await this.perform(change, async () => {
      await this.changes.accept(change.id, (this.clock.elapsed() - saidAt) / 1000);
      const sub = change.sub ?? (await findSub?.(change.email)) ?? null;
      await this.handler.handle({ ...change, sub }, true, saidAt);
      if (isSignedOut) await this.changes.remove(change.id);
    });
  }

  /** Cognito said no. Never fails. */
  async drop({ id }: PasswordChange): Promise<void> {
    await this.perform({ id }, () => this.changes.remove(id));
  }

  private async perform({ id }: Pick<PasswordChange, 'id'>, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.owed.delete(id);
    } catch (error) {
      this.owed.set(id, write);
      this.log.error('failed to record what Cognito said to a new password; it is tried again', {
        id,
        error,
      });
    }
  }

  private async round(): Promise<boolean> {
    for (const [id, write] of this.owed) await this.perform({ id }, write);
    try {
      const taken = await this.changes.take();
      if (taken) await this.resume(taken);
      return taken !== undefined;
    } catch (error) {
      this.log.warn('changes of passwords that are due cannot be read', { error });
      return false;
    }
  }

  private async resume(taken: TakenPasswordChange): Promise<void> {
    const { id, kind, tries } = taken;
    if (this.owed.has(id)) return;
    try {
      if (taken.completed) await this.signOutAtCognito(taken, taken.sub);
      else await this.decide(taken);
    } catch (error) {
      const level = tries >= worrying ? 'error' : 'warn';
      this.log[level]('a change of a password could not be completed yet', { id, kind, tries, error });
    }
  }

  private async decide(taken: TakenPasswordChange): Promise<void> {
    const { isLooked, poolUser } = await this.look(taken.username);
    const { acceptedSecondsAgo } = taken;
    const known = acceptedSecondsAgo === null ? undefined : 'done';
    const outcome = known ?? (isLooked ? detectOutcome(taken, poolUser) : 'unknown');
    if (outcome === 'not_done') return this.changes.remove(taken.id);
    const change = { ...taken, sub: taken.sub ?? poolUser?.sub ?? null };
    const saidAt =
      acceptedSecondsAgo === null
        ? poolUser && this.elapsedAt(poolUser.modifiedAt)
        : this.clock.elapsed() - acceptedSecondsAgo * 1000;
    const sub = await this.handler.handle(change, outcome === 'done', saidAt);
    await this.signOutAtCognito(change, sub);
  }

  /** Whether it was done. Otherwise it is done in the next round. */
  private async trySignOutAtCognito(change: PasswordChange, sub: string | null): Promise<boolean> {
    try {
      await this.endAtCognito(change, sub);
      return true;
    } catch (error) {
      this.log.warn('sessions of other products could not be ended at Cognito yet', { id: change.id, error });
      return false;
    }
  }

  private async signOutAtCognito(change: PasswordChange, sub: string | null): Promise<void> {
    await this.endAtCognito(change, sub);
    await this.changes.remove(change.id);
  }

  /** A change keeps the caller's session, and Cognito can only end all of them. */
  private async endAtCognito({ kind }: PasswordChange, sub: string | null): Promise<void> {
    if (kind === 'reset' && sub !== null) await unlessImpossible(() => this.directory.signOutEverywhere(sub));
  }

  /** By `Clock.elapsed`, of a time of Cognito's clock; about a second too late, so that no earlier session goes on. */
  private elapsedAt(time: Date): number | undefined {
    const now = this.cognitoClock.earliest();
    return now === undefined ? undefined : this.clock.elapsed() - Math.max(0, now - time.getTime());
  }

  private async look(username: string) {
    try {
      return { isLooked: true, poolUser: await this.directory.find(username) };
    } catch (error) {
      if (isAppError(error, 'cognito.credentials_missing')) return { isLooked: false, poolUser: undefined };
      throw error;
    }
  }
}

async function unlessImpossible(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isAppError(error, 'cognito.credentials_missing', 'request.not_found')) throw error;
  }
}
