import { Injectable } from '@nestjs/common';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { UserLinksRepository } from './user-links.repository.js';
import { UsersService } from './users.service.js';
import type { LocalUser } from './user.js';

type InPool = Pick<LocalUser, 'id' | 'sub' | 'email'>;

/** Commands to Cognito for the pool user of a row or of its address. All can be repeated; without a pool user they do nothing. */
@Injectable()
export class PoolUserGateway {
  constructor(
    private readonly directory: UserDirectory,
    private readonly users: UsersService,
    private readonly links: UserLinksRepository,
    private readonly log: Log,
  ) {}

  /** @throws AppError `cognito.credentials_missing` */
  requireCredentials(): Promise<void> {
    return this.directory.requireCredentials();
  }

  /** Also revokes all sessions at Cognito. */
  async disable(user: InPool): Promise<void> {
    await this.withUsername(user, (username) => this.directory.disable(username));
  }

  async enable(user: InPool): Promise<void> {
    await this.withUsername(user, (username) => this.directory.enable(username));
  }

  async signOutEverywhere(user: InPool): Promise<void> {
    await this.withUsername(user, (username) => this.directory.signOutEverywhere(username));
  }

  async removeFactors(user: InPool): Promise<void> {
    await this.withUsername(user, (username) => this.directory.removeFactors(username));
  }

  async delete(user: InPool): Promise<void> {
    await this.withUsername(user, (username) => this.directory.delete(username));
  }

  /** Whether the pool user is linked to an enabled row other than the one that has the address now. */
  async isLinkedToAnotherRow({ sub }: PoolUser, user: InPool | undefined): Promise<boolean> {
    if (user === undefined || user.sub === sub) return false;
    const owner = await this.users.findBySub(sub);
    if (owner === undefined || owner.disabled || owner.id === user.id) return false;
    this.log.warn('pool user is linked to a row with another address', { user: owner.id });
    return true;
  }

  /**
   * Cognito's `SignUp` can be called with the address of another person. The unconfirmed pool user blocks the owner of the
   * address: Cognito then does not migrate or reset the owner, and does not give the address to another pool user. Deletes the
   * pool user if it is unconfirmed, enabled and linked to no row. The owner must have proved the password or the mailbox, or be
   * about to prove the mailbox.
   * @param found is read again first, because it may be confirmed by now
   * @returns whether it was deleted
   * @throws AppError as `UserDirectory`
   */
  async deleteUnconfirmed(found: PoolUser, owner: Pick<LocalUser, 'id'>): Promise<boolean> {
    if (!isUnconfirmed(found) || (await this.users.findBySub(found.sub))) return false;
    const current = await this.directory.find(found.username);
    if (current?.sub !== found.sub || !isUnconfirmed(current)) return false;
    await this.directory.delete(current.username);
    this.log.warn('deleted an unconfirmed pool user with the address of another user', { user: owner.id });
    return true;
  }

  private async withUsername(user: InPool, send: (username: string) => Promise<void>): Promise<void> {
    const username = user.sub ?? (await this.findUnlinkedUsername(user));
    if (username === undefined) return;
    try {
      await send(username);
    } catch (error) {
      // The pool user was deleted.
      if (!isAppError(error, 'request.not_found')) throw error;
    }
  }

  /** Finds the pool user that a reset or a sign-up created without a link. Never returns the pool user of another row. */
  private async findUnlinkedUsername({ id, email }: InPool): Promise<string | undefined> {
    if ((await this.links.findToLink(email))?.id !== id) return undefined;
    const found = await this.directory.find(email);
    if (found === undefined || (await this.users.findBySub(found.sub))) return undefined;
    return found.username;
  }
}

const isUnconfirmed = ({ status, enabled }: PoolUser): boolean => status === 'UNCONFIRMED' && enabled;
