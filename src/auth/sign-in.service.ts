import { type ChallengeResponse, normaliseEmail, type SignInRequest } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { SignInAnswer } from '../cognito/identity-provider.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Device } from '../sessions/session-device.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { SignInStart } from '../sessions/sign-out-times.js';
import type { Language } from '../platform/texts/languages.js';
import { AdmissionService, type SignedIn } from './admission.service.js';
import { ChallengePasswordHandler } from './challenge-password.handler.js';
import type { OpenStep } from './challenge-sessions.js';
import { type Attempt, ChallengesService } from './challenges.service.js';
import { PasswordSignIn } from './password-sign-in.js';

/** Cognito's name of the challenge for people with a temporary password. */
const newPasswordRequired = 'NEW_PASSWORD_REQUIRED';

export type SignInOutcome = SignedIn | { challenge: ChallengeResponse };

@Injectable()
export class SignInService {
  constructor(
    private readonly passwords: PasswordSignIn,
    private readonly challenges: ChallengesService,
    private readonly admission: AdmissionService,
    private readonly sessions: SessionsService,
    private readonly newPasswords: ChallengePasswordHandler,
  ) {}

  /**
   * Cognito says who it is, our table says whether that is enough.
   * @throws AppError `auth.invalid_credentials`, `auth.account_link_conflict`, `auth.challenge_unsupported`,
   * `passwords.reset_required`, and what `IdentityProvider` throws
   */
  async signIn({ email: typed, password, session }: SignInRequest, device: Device): Promise<SignInOutcome> {
    // An optional member may also be null.
    const mode = session ?? 'tokens';
    const email = normaliseEmail(typed);
    const start = await this.sessions.startOfSignIn();
    const { answer, username } = await this.passwords.ask(email, password);
    return this.next(answer, { email, userId: username, mode, start }, device);
  }

  /**
   * @throws AppError what `signIn` and `ChallengesService.answer` throw; `auth.challenge_expired` also where the person has signed
   * out everywhere or got a new password since the first step
   */
  async answer(
    step: OpenStep,
    answers: Record<string, string>,
    { device, language }: { device: Device; language: Language },
  ): Promise<SignInOutcome> {
    let start: SignInStart = { at: step.beganAt };
    if (this.sessions.isSignedOutSince(step.userId, start)) throw new AppError('auth.challenge_expired');
    const answer = await this.challenges.answer(step, answers);
    if (step.name === newPasswordRequired) {
      await this.newPasswords.handle(step.userId, language);
      // The new password has ended what began before, and this sign-in goes on.
      start = await this.sessions.startOfSignIn();
    }
    return answer.kind === 'step'
      ? { challenge: answer.challenge }
      : this.next(answer, { ...step, start }, device);
  }

  private async next(
    answer: SignInAnswer,
    { start, ...attempt }: Omit<Attempt, 'beganAt'> & { start: SignInStart },
    device: Device,
  ): Promise<SignInOutcome> {
    if (answer.kind === 'challenge') {
      const issued = await this.challenges.issue(answer.challenge, { ...attempt, beganAt: start.at });
      return { challenge: issued };
    }
    return this.admission.admit(answer.tokens, { mode: attempt.mode, device, start });
  }
}
