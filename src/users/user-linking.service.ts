import { normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { CognitoIdentity } from '../cognito/identity-provider.js';
import { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { UsersRepository } from './persistence/users.repository.js';
import type { User } from './user.js';

/** Who Cognito says a person is: from a verified ID token or from `GetUser`, never from what was typed. */
export type Identity = CognitoIdentity;

/** Finds the row of a person who has just signed in, or makes it. */
@Injectable()
export class UserLinkingService {
  private observer: (format: string) => void = () => undefined;

  constructor(
    private readonly users: UsersRepository,
    private readonly config: Config,
  ) {}

  /** @param observer is told how the old hash begins of whoever has just moved to the pool */
  observe(observer: (format: string) => void): void {
    this.observer = observer;
  }

  /**
   * Safe to call many times at once for the same person: one row comes out, and everybody gets it.
   * @throws AppError `auth.account_link_conflict` when the address is unverified, linked to another `sub`, or that of several
   * rows of which none can be chosen (`rowToLink`); nothing is written then. `auth.invalid_credentials` when the row is disabled.
   */
  async link(identity: Identity): Promise<User> {
    const { legacyHash } = this.config.migration;
    const known = await this.users.findSignedIn(identity.sub, legacyHash);
    const user = known ?? (await this.linkByEmail(identity));
    if (user.disabled) throw new AppError('auth.invalid_credentials');
    return user;
  }

  private async linkByEmail({ sub, email, emailVerified }: Identity): Promise<User> {
    if (email === undefined || !emailVerified) throw new AppError('auth.account_link_conflict');
    return (await this.claim(sub, email)) ?? (await this.afterLostRace(sub, email));
  }

  /** Somebody else inserted or linked first: this person's other sign-in, or Rails with a row that has no `sub` yet. */
  private async afterLostRace(sub: string, email: string): Promise<User> {
    const user = (await this.users.findBySub(sub)) ?? (await this.claim(sub, email));
    if (user === undefined) throw new AppError('auth.account_link_conflict');
    return user;
  }

  private async claim(sub: string, email: string): Promise<User | undefined> {
    const { userPoolId } = this.config.cognito;
    const { legacyHash } = this.config.migration;
    const normalised = normaliseEmail(email);
    const row = await this.users.findToLink(normalised);
    if (row === undefined) return this.users.insert(normalised, sub, userPoolId);
    if (row.disabled) return row;
    const linked = await this.users.link(row.id, { sub, userPoolId, legacyHash });
    if (linked?.movedFrom !== undefined) this.observer(linked.movedFrom);
    return linked?.user;
  }
}
