import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Unawaited } from '../platform/background/unawaited.js';
import { Log } from '../platform/logging/log.js';
import { MigrationLedgerRepository } from './persistence/migration-ledger.repository.js';

/**
 * What became of each legacy user (docs/migration.md has the states and what leads from one to another). A link makes somebody
 * `migrated` or `imported` in the statement that makes the link; here is everything else that happens on the way. Nobody
 * waits for it, and no sign-in fails with it.
 */
@Injectable()
export class MigrationLedger implements OnApplicationShutdown {
  private readonly unawaited = new Unawaited();

  constructor(
    private readonly ledger: MigrationLedgerRepository,
    private readonly log: Log,
  ) {}

  /** Cognito will take the person over without a password, and mail a code. */
  recordReset(id: number): void {
    this.perform(() => this.ledger.recordReset(id));
  }

  /** Nobody can check the stored hash. */
  recordUnknownHash(id: number): void {
    this.perform(() => this.ledger.recordFailure(id, 'unknown_hash'));
  }

  /**
   * A sign-in did not end well. If we had just agreed to this person's move, it broke on the way: `not_created` when Cognito
   * refused what the Lambda answered, `answer_lost` when Cognito got no answer that it could use.
   */
  recordBrokenMove(email: string, reason: 'not_created' | 'answer_lost'): void {
    this.perform(() => this.ledger.recordBrokenMove(email, reason));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.unawaited.settled();
  }

  private perform(write: () => Promise<void>): void {
    this.unawaited.begin(write, (error) =>
      this.log.warn('what became of a legacy user was not written down', { error }),
    );
  }
}
