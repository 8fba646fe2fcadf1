import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { isToken } from './challenge.js';
import { ChallengesRepository } from './persistence/challenges.repository.js';

/** What CAs are answered: the one pair from the environment, and whatever any process or operator has published. */
@Injectable()
export class Challenges {
  private readonly byHand: Config['acmeChallenge'];

  constructor(
    private readonly published: ChallengesRepository,
    config: Config,
  ) {
    this.byHand = config.acmeChallenge;
  }

  /** The key authorization; `undefined` for a token that nobody published. @throws AppError `overloaded` */
  async answer(token: string): Promise<string | undefined> {
    // Needs no database, so that a certificate can be had while there is none.
    if (this.byHand?.token === token) return this.byHand.keyAuthorization;
    return isToken(token) ? this.published.find(token) : undefined;
  }
}
