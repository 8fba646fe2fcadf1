import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { UserId } from '#contracts';
import { Clock } from '../common/clock/clock.js';
import { Database, type Statement } from '../common/database/database.js';
import { Log } from '../common/logging/log.js';
import { FireAndForget } from '../jobs/fire-and-forget.js';
import { PollingWorker } from '../jobs/polling-worker.js';
import { failingFormats, type FailingFormat } from './failing-formats.sql.js';

const kept = `interval '24 hours'`;

/** A user with one right password counts as right. */
const recordOutcome: Statement = {
  name: 'format-outcomes-record',
  text: `
    INSERT INTO usher.format_outcomes AS known (user_id, format, was_right, checked_at) VALUES ($1, $2, $3, now())
    ON CONFLICT (user_id, format) DO UPDATE SET
      was_right = $3 OR (known.was_right AND known.checked_at > now() - ${kept}), checked_at = now()`,
};

const deleteExpired: Statement = {
  name: '',
  text: `DELETE FROM usher.format_outcomes WHERE checked_at < now() - ${kept}`,
};

/** Milliseconds between two looks at the table. */
const pollMs = 60_000;

/** As many wrong passwords in this process make it look at once. */
const wrongsUntilLook = 20;

/** Milliseconds. */
const alarmEveryMs = 3_600_000;

/**
 * Notices that legacy passwords of one hash format are almost never right: a wrong pepper, or a wrong scheme. Keeps for 24 hours
 * whose passwords were right, without passwords and hashes.
 */
@Injectable()
export class FormatOutcomes implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly writes = new FireAndForget();
  private readonly work = new PollingWorker(() => this.round(), pollMs);
  private readonly alarmedAt = new Map<string, number>();
  private wrongs = 0;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.work.start();
  }

  /** Writes in the background. @param format the name of a scheme */
  record(userId: UserId, format: string, right: boolean): void {
    this.writes.begin(
      async () => {
        await this.database.query(recordOutcome, [userId, format, right]);
        if (!right) this.countWrong();
      },
      (error) => this.log.warn('failed to record the outcome of a legacy password', { error }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writes.settled();
    await this.work.stop();
  }

  private countWrong(): void {
    this.wrongs += 1;
    if (this.wrongs < wrongsUntilLook) return;
    this.wrongs = 0;
    this.work.wake();
  }

  private async round(): Promise<boolean> {
    try {
      await this.database.query(deleteExpired);
      for (const failing of await this.database.query<FailingFormat>({ name: '', text: failingFormats }))
        this.raiseAlarm(failing);
    } catch (error) {
      this.log.warn('failed to read the outcomes of legacy passwords', { error });
    }
    return false;
  }

  private raiseAlarm({ format, users, right }: FailingFormat): void {
    const now = this.clock.elapsed();
    if (now - (this.alarmedAt.get(format) ?? -Infinity) < alarmEveryMs) return;
    this.alarmedAt.set(format, now);
    this.log.error('nearly no legacy password of a hash format is right: check its pepper and scheme', {
      alarm: 'legacy.format_failing',
      ...{ format, users, right },
    });
  }
}
