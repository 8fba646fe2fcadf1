import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { type Confirmation, ConfirmationsRepository } from '../persistence/confirmations.repository.js';
import { EmailChangesRepository } from '../persistence/email-changes.repository.js';
import { UsersRepository } from '../persistence/users.repository.js';

/** Seconds. A change that hangs is over by then. */
const retryAfter = 2;

/** One change of a person's address at a time is taken to Cognito. */
@Injectable()
export class EmailChangeLeases {
  constructor(
    private readonly users: UsersRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly changes: EmailChangesRepository,
  ) {}

  /** @throws AppError as `EmailChangeLinks.use` */
  async acquire(confirmation: Confirmation): Promise<{ sub: string; first: boolean }> {
    const { userId, email } = confirmation;
    return this.confirmations.forUser(userId, email, async () => {
      const user = await this.users.findAwaiting(userId, email);
      const known = await this.confirmations.findAgain(confirmation);
      if (user?.sub == null || user.disabled || known === undefined || known.void)
        throw new AppError('users.confirmation_invalid');
      if (await this.users.hasRows(email)) throw new AppError('auth.account_link_conflict');
      const lease = await this.changes.acquireLease(confirmation);
      if (lease === undefined) throw new AppError('overloaded', { retryAfter });
      return { sub: user.sub, first: lease.first };
    });
  }
}
