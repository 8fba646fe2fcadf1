import { Injectable } from '@nestjs/common';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { Log } from '../platform/logging/log.js';
import type { Language } from '../platform/texts/languages.js';
import { PendingSignUps } from '../users/pending-sign-ups.js';
import { UsersService } from '../users/users.service.js';
import type { LegacyAccount } from '../users/user.js';
import { findIfAllowed } from './find-if-allowed.js';

/** Cognito can reset people in some states only. Here everybody else is helped, or brought into such a state. */
@Injectable()
export class ResetPreparation {
  constructor(
    private readonly users: UsersService,
    private readonly directory: UserDirectory,
    private readonly signUps: PendingSignUps,
    private readonly log: Log,
  ) {}

  /** Shall Cognito be asked for a code? If not, whatever else helps is under way. @param email normalised */
  async isCodeTheWay(email: string, language: Language): Promise<boolean> {
    const account = await this.users.findLegacyAccount(email);
    if (account?.user.disabled) return false;
    if (account && !account.confirmed && account.user.sub === null) {
      await this.signUps.resend(email, language);
      return false;
    }
    const poolUser = await findIfAllowed(this.directory, email);
    return poolUser === undefined || this.isResettable(poolUser, account);
  }

  private async isResettable(poolUser: PoolUser, account: LegacyAccount | undefined): Promise<boolean> {
    if (!poolUser.enabled || (await this.isAnotherPersons(poolUser, account))) return false;
    if (poolUser.status === 'FORCE_CHANGE_PASSWORD') {
      await this.directory.inviteAgain(poolUser.username);
      return false;
    }
    // Somebody signed up at the pool with an address that we know to be another person's, and never confirmed it. While
    // that entry is there Cognito neither resets nor migrates the owner.
    if (poolUser.status === 'UNCONFIRMED' && account?.confirmed && account.user.sub !== poolUser.sub)
      await this.directory.delete(poolUser.username);
    return true;
  }

  /** A live row has another address than its pool user, and the address of the pool user is another row's by now. */
  private async isAnotherPersons({ sub }: PoolUser, account: LegacyAccount | undefined): Promise<boolean> {
    if (account === undefined || account.user.sub === sub) return false;
    const owner = await this.users.findBySub(sub);
    if (owner === undefined || owner.disabled || owner.id === account.user.id) return false;
    this.log.warn('no reset code sent: the pool user is linked to a row with another address', {
      user: owner.id,
    });
    return true;
  }
}
