import { randomBytes } from 'node:crypto';
import type { SessionMode } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { Tokens } from '../../cognito/identity-provider.js';
import { TokenVerifier } from '../../cognito/token-verifier.js';
import type { User } from '../../users/user.js';
import { AppError } from '../../platform/errors/app-error.js';
import { SessionsRepository } from '../persistence/sessions.repository.js';
import type { Device } from '../session-device.js';
import { type SignInStart, SignOutTimes } from '../sign-out-times.js';
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
    private readonly signOuts: SignOutTimes,
  ) {}

  start(): Promise<SignInStart> {
    return this.signOuts.startOfSignIn();
  }

  isSignedOutSince(sub: string, start: SignInStart): boolean {
    return this.signOuts.hasSignedOutSince(sub, start);
  }

  /** @throws AppError `auth.invalid_credentials` where the person signed out everywhere after the sign-in had begun */
  async begin(
    user: User,
    tokens: Tokens,
    { mode, device, start }: { mode: SessionMode; device: Device; start: SignInStart },
  ): Promise<{ cookieSecret: string | undefined }> {
    const { sub, clientId, originJti, authTime } = await this.verifier.verifyAccessToken(tokens.accessToken);
    const cookieSecret =
      mode === 'cookie' ? randomBytes(cookieSecretLength).toString('base64url') : undefined;
    const session = { userId: user.id, sub, clientId, originJti, mode, device, tokens, cookieSecret };
    const knownSignOut = this.signOuts.knownBefore(sub, start);
    const isCreated = await this.sessions.insert({ ...session, authTime, beganAt: start.at, knownSignOut });
    if (!isCreated) throw new AppError('auth.invalid_credentials');
    this.endings.settleOverdue();
    return { cookieSecret };
  }
}
