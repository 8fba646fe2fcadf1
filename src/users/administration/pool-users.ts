import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../../cognito/user-directory.js';
import { isAppError } from '../../platform/errors/app-error.js';
import { UsersRepository } from '../persistence/users.repository.js';
import type { User } from '../user.js';

/** Whom a row means in the pool, and what an administrator does there. Everything can be done again. */
@Injectable()
export class PoolUsers {
  constructor(
    private readonly directory: UserDirectory,
    private readonly users: UsersRepository,
  ) {}

  /** @throws AppError `cognito.credentials_missing` */
  requireCredentials(): Promise<void> {
    return this.directory.requireCredentials();
  }

  /** Ends every session there, too. */
  async disable(user: InPool): Promise<void> {
    await this.withName(user, async (username) => {
      await this.directory.disable(username);
      await this.directory.signOutEverywhere(username);
    });
  }

  async enable(user: InPool): Promise<void> {
    await this.withName(user, (username) => this.directory.enable(username));
  }

  async signOutEverywhere(user: InPool): Promise<void> {
    await this.withName(user, (username) => this.directory.signOutEverywhere(username));
  }

  async delete(user: InPool): Promise<void> {
    await this.withName(user, (username) => this.directory.delete(username));
  }

  private async withName(user: InPool, work: (username: string) => Promise<void>): Promise<void> {
    const username = user.sub ?? (await this.nameOfAddress(user));
    if (username === undefined) return;
    try {
      await work(username);
    } catch (error) {
      // Somebody has deleted the person there: then there is nobody to do it to.
      if (!isAppError(error, 'request.not_found')) throw error;
    }
  }

  /** A reset or a sign-up alone can have brought them there. Never the pool user of another row. */
  private async nameOfAddress({ id, email }: InPool): Promise<string | undefined> {
    if ((await this.users.findToLink(email))?.id !== id) return undefined;
    const found = await this.directory.find(email);
    if (found === undefined || (await this.users.findBySub(found.sub))) return undefined;
    return found.username;
  }
}

type InPool = Pick<User, 'id' | 'sub' | 'email'>;
