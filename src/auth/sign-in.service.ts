import { Injectable } from '@nestjs/common';
import type { ChallengeResponse, SignInRequest } from '#contracts';
import type { SignInAnswer } from '../cognito/identity-provider.js';
import type { Device } from '../sessions/session-device.js';
import { normaliseEmail } from '../users/email.js';
import { AdmissionService, type SignedIn } from './admission.service.js';
import type { OpenStep } from './challenge-sessions.js';
import { type Attempt, ChallengesService } from './challenges.service.js';
import { PasswordSignIn } from './password-sign-in.js';

export type SignInOutcome = SignedIn | { challenge: ChallengeResponse };

@Injectable()
export class SignInService {
  constructor(
    private readonly passwords: PasswordSignIn,
    private readonly challenges: ChallengesService,
    private readonly admission: AdmissionService,
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
    const { answer, username } = await this.passwords.ask(email, password);
    return this.next(answer, { email, userId: username, mode }, device);
  }

  /** @throws AppError what `signIn` and `ChallengesService.answer` throw */
  async answer(step: OpenStep, answers: Record<string, string>, device: Device): Promise<SignInOutcome> {
    const answer = await this.challenges.answer(step, answers);
    return answer.kind === 'step' ? { challenge: answer.challenge } : this.next(answer, step, device);
  }

  private async next(answer: SignInAnswer, attempt: Attempt, device: Device): Promise<SignInOutcome> {
    if (answer.kind === 'challenge')
      return { challenge: await this.challenges.issue(answer.challenge, attempt) };
    return this.admission.admit(answer.tokens, { mode: attempt.mode, device });
  }
}
