import { Injectable } from '@nestjs/common';
import type { AwsAuthResponse } from '#contracts';
import { LegacyPasswords } from '../users/legacy-passwords.js';
import { MigrationLedger } from '../users/migration-ledger.js';
import { UsersService } from '../users/users.service.js';
import type { LegacyAccount } from '../users/user.js';
import { toAwsAuthResponse } from './aws-auth-response.js';

/** Is a legacy password right, and may its owner move to Cognito? Safe to ask three times for one sign-in. */
@Injectable()
export class LegacyCredentialsService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: LegacyPasswords,
    private readonly ledger: MigrationLedger,
  ) {}

  /** @param password absent when Cognito asks about a reset or a sign-up; any other odd value is a wrong password */
  async examine(email: string, password: unknown, forReset: boolean): Promise<AwsAuthResponse> {
    const account = await this.users.findLegacyAccount(email);
    const accepted = await this.passwords.accepts(email, account, password);
    const mayAgree = accepted && account !== undefined && maySignIn(account);
    const success = mayAgree && (await this.users.recordAgreement(account));
    // Several rows have it, none of which is found: it is free for nobody.
    const isShared = account === undefined && password === undefined && (await this.users.hasRows(email));
    const answer = { ...toAwsAuthResponse(account, success), ...(isShared && { sign_up_allowed: false }) };
    if (forReset && account && answer.password_reset_allowed) this.ledger.recordReset(account.user.id);
    return answer;
  }
}

const maySignIn = ({ user, confirmed, locked, linkedForGood }: LegacyAccount): boolean =>
  confirmed && !locked && !user.disabled && !linkedForGood;
