import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database, type Statement } from '../common/database/database.js';
import { Log } from '../common/logging/log.js';
import { FireAndForget } from '../jobs/fire-and-forget.js';
import type { TriggerRequest } from './persistence/credentials.entities.js';

export type TriggerOutcome = TriggerRequest['outcome'];

/** Callers choose the ids, so each write also deletes up to ten expired rows. A refused token does not hide an accepted one. */
const recordOutcome: Statement = {
  name: 'trigger-requests-record',
  text: `
    WITH expired AS (
      DELETE FROM usher.trigger_requests WHERE request_id IN (
        SELECT request_id FROM usher.trigger_requests
        WHERE asked_at < now() - interval '1 hour' AND request_id <> $1
        ORDER BY asked_at LIMIT 10 FOR UPDATE SKIP LOCKED))
    INSERT INTO usher.trigger_requests AS known (request_id, outcome, asked_at) VALUES ($1, $2, now())
    ON CONFLICT (request_id) DO UPDATE SET outcome = $2, asked_at = now()
    WHERE $2 = 'asked' OR known.outcome <> 'asked'`,
};

/** By PostgreSQL's clock, which has set the times. A Lambda that sends no id may have been asked for any sign-in. */
const findOutcome: Statement = {
  name: 'trigger-requests-find',
  text: `
    SELECT outcome FROM usher.trigger_requests
    WHERE request_id IN ($1, '') AND asked_at >= now() - make_interval(secs => $2)
    ORDER BY outcome = 'asked' DESC LIMIT 1`,
};

/** Remembers for an hour, for all processes, which sign-ins the migration trigger has asked `POST /aws/auth` for. */
@Injectable()
export class TriggerRequests implements OnApplicationShutdown {
  private readonly writes = new FireAndForget();

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  /**
   * Writes in the background: neither a slow nor an unavailable database changes the answer.
   * @param requestId of the sign-in; empty if the Lambda sends none
   */
  record(requestId: string, outcome: TriggerOutcome): void {
    this.writes.begin(
      async () => void (await this.database.query(recordOutcome, [requestId, outcome])),
      (error) => this.log.warn('failed to record a request of the migration trigger', { error }),
    );
  }

  /**
   * @param elapsedMs how far back to look, in milliseconds
   * @throws AppError `overloaded`
   */
  async find(requestId: string, elapsedMs: number): Promise<TriggerOutcome | undefined> {
    const values = [requestId, elapsedMs / 1000];
    return (await this.database.queryOne<Pick<TriggerRequest, 'outcome'>>(findOutcome, values))?.outcome;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writes.settled();
  }
}
