import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { SessionMode } from '#contracts';
import type { Tokens } from '../../cognito/identity-provider.js';
import { TokenVerifier } from '../../cognito/token-verifier.js';
import type { User } from '../../users/user.js';
import { SessionsRepository } from '../persistence/sessions.repository.js';
import type { Device } from '../session-device.js';
import { Endings } from './endings.js';

/** Bytes. Nobody guesses it, so its plain digest can be looked up. */
const cookieSecretLength = 32;

/** Writes down a session that has just begun. */
@Injectable()
export class Beginnings {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly verifier: TokenVerifier,
    private readonly endings: Endings,
  ) {}

  async begin(
    user: User,
    tokens: Tokens,
    { mode, device }: { mode: SessionMode; device: Device },
  ): Promise<{ cookieSecret: string | undefined }> {
    const { sub, clientId, originJti } = await this.verifier.verifyAccessToken(tokens.accessToken);
    const cookieSecret =
      mode === 'cookie' ? randomBytes(cookieSecretLength).toString('base64url') : undefined;
    const session = { userId: user.id, sub, clientId, originJti, mode, device, tokens, cookieSecret };
    await this.sessions.insert(session);
    this.endings.settleOverdue();
    return { cookieSecret };
  }
}
