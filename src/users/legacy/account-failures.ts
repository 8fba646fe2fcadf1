import { createHash } from 'node:crypto';
import { canonicalEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Keys } from '../../platform/crypto/keys.js';
import { AccountFailuresRepository } from '../persistence/account-failures.repository.js';

/**
 * Failed password checks by account, known or not, counted by all processes together on Cognito's own schedule, so that
 * `/aws/auth` is no way around it (developer guide, "Lockout behavior for failed sign-in attempts").
 */
@Injectable()
export class AccountFailures {
  constructor(
    private readonly failures: AccountFailuresRepository,
    private readonly keys: Keys,
  ) {}

  isLockedOut(email: string): Promise<boolean> {
    return this.failures.isLockedOut(account(email));
  }

  /** The same password again within twenty seconds is one of Cognito's repeated tries, and counts once. */
  record(email: string, password: string): Promise<void> {
    return this.failures.record(account(email), this.keys.digest('account-failures', password));
  }

  clear(email: string): Promise<void> {
    return this.failures.clear(account(email));
  }
}

/** A digest, because strangers choose these addresses. All spellings of an address are one account. */
const account = (email: string): Buffer => createHash('sha256').update(canonicalEmail(email)).digest();
