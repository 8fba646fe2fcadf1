import { Injectable } from '@nestjs/common';
import type { ChallengeResponse } from '#contracts';
import type { Challenge } from '../cognito/identity-provider.js';
import { Seal } from '../platform/crypto/seal.js';

/** Cognito's sessions live 3 to 15 minutes (`AuthSessionValidity`); Cognito refuses those that are too old itself. */
const longestSessionSeconds = 15 * 60;

/** Parameters that name the user or hold what only we need. */
const kept = new Set(['USER_ID_FOR_SRP', 'USERNAME', 'userAttributes']);

/** The string that carries a sign-in between its steps: ours, sealed, so that no step can be made up or skipped. */
@Injectable()
export class ChallengeSessions {
  constructor(private readonly seal: Seal) {}

  issue(username: string, { name, session, parameters }: Challenge): ChallengeResponse {
    const userId = parameters.USER_ID_FOR_SRP ?? username;
    return {
      name,
      session: this.seal.close('challenge-session', { name, session, userId }, longestSessionSeconds),
      parameters: Object.fromEntries(Object.entries(parameters).filter(([key]) => !kept.has(key))),
    };
  }
}
