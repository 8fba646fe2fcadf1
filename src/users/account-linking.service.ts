import { normaliseEmail } from '#contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { CognitoIdentity } from '../cognito/identity-provider.js';
import { type CognitoConfig, cognitoConfig } from '../common/config/cognito.config.js';
import { type MigrationConfig, migrationConfig } from '../common/config/migration.config.js';
import { AppError } from '../common/errors/app-error.js';
import { UserLinksRepository } from './user-links.repository.js';
import type { LocalUser } from './user.js';
import { UsersService } from './users.service.js';

/** From a verified ID token or from `GetUser`, never from the request. */
export type Identity = CognitoIdentity;

/** Finds, links or inserts the row of a user who has just signed in. */
@Injectable()
export class AccountLinkingService {
  private observer: (format: string) => void = () => undefined;

  constructor(
    private readonly users: UsersService,
    private readonly links: UserLinksRepository,
    @Inject(migrationConfig.KEY) private readonly config: MigrationConfig,
    @Inject(cognitoConfig.KEY) private readonly cognito: CognitoConfig,
  ) {}

  /** @param observer receives the beginning of the legacy hash of each migrated user */
  observe(observer: (format: string) => void): void {
    this.observer = observer;
  }

  /**
   * Concurrent calls for one user return the same row.
   * @throws AppError `auth.account_link_conflict` when the address is unverified, linked to another `sub`, or shared by
   * several rows of which `rowToLink` selects none; then nothing is written. `auth.invalid_credentials` when the row is disabled.
   */
  async link(identity: Identity): Promise<LocalUser> {
    const { legacyHash } = this.config;
    const known = await this.links.findSignedIn(identity.sub, legacyHash);
    if (known?.legacyHashPrefix !== undefined) this.observer(known.legacyHashPrefix);
    const user = known?.user ?? (await this.linkByEmail(identity));
    if (user.disabled) throw new AppError('auth.invalid_credentials');
    return user;
  }

  private async linkByEmail({ sub, email, emailVerified }: Identity): Promise<LocalUser> {
    if (email === undefined || !emailVerified) throw new AppError('auth.account_link_conflict');
    return (await this.claim(sub, email)) ?? (await this.resolveAfterConflict(sub, email));
  }

  /** Another sign-in of this user has linked the row, or Rails has inserted one without a `sub`. */
  private async resolveAfterConflict(sub: string, email: string): Promise<LocalUser> {
    const user = (await this.users.findBySub(sub)) ?? (await this.claim(sub, email));
    if (user === undefined) throw new AppError('auth.account_link_conflict');
    return user;
  }

  private async claim(sub: string, email: string): Promise<LocalUser | undefined> {
    const { userPoolId } = this.cognito;
    const { legacyHash } = this.config;
    const normalised = normaliseEmail(email);
    const row = await this.links.findToLink(normalised);
    if (row === undefined) return this.links.insert(normalised, sub, userPoolId);
    if (row.disabled) return row;
    const linked = await this.links.link(row.id, { sub, userPoolId, legacyHash });
    if (linked?.legacyHashPrefix !== undefined) this.observer(linked.legacyHashPrefix);
    return linked?.user;
  }
}
