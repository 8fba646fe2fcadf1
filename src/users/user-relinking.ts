import type { Database } from '../platform/database/database.js';
import { normaliseEmail } from './email.js';
import { UsersRepository } from './persistence/users.repository.js';
import type { User } from './user.js';

/** An operator's work on the link between a row and its Cognito user. Sign-ins never change a link that is there. */
export class UserRelinking {
  private readonly users: UsersRepository;

  constructor(database: Database) {
    this.users = new UsersRepository(database);
  }

  /** Nobody who was erased: their link is what keeps them out. */
  async find(email: string): Promise<User | undefined> {
    const account = await this.users.findLegacyAccount(normaliseEmail(email), undefined);
    return account?.erased ? undefined : account?.user;
  }

  ownerOf(sub: string): Promise<User | undefined> {
    return this.users.findBySub(sub);
  }

  /** @param sub the new link, or `null` to remove it */
  relink(id: number, sub: string | null): Promise<void> {
    return this.users.relink(id, sub);
  }

  /** How many links were removed. */
  unlinkAll(): Promise<number> {
    return this.users.unlinkAll();
  }

  countLinked(): Promise<number> {
    return this.users.countLinked();
  }
}
