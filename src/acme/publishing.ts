import type { Database } from '../platform/database/database.js';
import { type Challenge, isKeyAuthorizationOf, isToken } from './challenge.js';
import { ChallengesRepository } from './persistence/challenges.repository.js';

/** A day: nobody waits longer for a CA by hand. */
const usualSeconds = 24 * 60 * 60;

/** An operator's challenges, as from `certbot --manual`. */
export class Publishing {
  private readonly challenges: ChallengesRepository;

  constructor(database: Database) {
    this.challenges = new ChallengesRepository(database);
  }

  /** All running processes answer it from now on. What is wrong with it, or `undefined` when it was published. */
  async publish(challenge: Challenge): Promise<'token' | 'key authorization' | undefined> {
    if (!isToken(challenge.token)) return 'token';
    if (!isKeyAuthorizationOf(challenge.token, challenge.keyAuthorization)) return 'key authorization';
    await this.challenges.publish(challenge, usualSeconds);
    return undefined;
  }

  /** Whether it was there. */
  withdraw(token: string): Promise<boolean> {
    return this.challenges.withdraw(token);
  }
}
