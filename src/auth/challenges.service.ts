import { Injectable } from '@nestjs/common';
import type { ChallengeResponse } from '#contracts';
import { type Challenge, IdentityProvider, type SignInAnswer } from '../cognito/identity-provider.js';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import { UsersService } from '../users/users.service.js';
import { checkAnswers } from './challenge-answers.js';
import { ChallengeSessions, longestStep, type OpenStep } from './challenge-sessions.js';
import { stepOf } from './challenge-steps.js';
import { TotpService } from './totp.service.js';

/** Whose sign-in it is, and how its session will be carried. */
export type Attempt = Pick<OpenStep, 'email' | 'userId' | 'mode' | 'beganAt'>;

/** The next step, in the caller's words; or what Cognito said to the last one. */
type NextStep = { kind: 'step'; challenge: ChallengeResponse };

/** Parameters that name the user, or hold what the caller has not shown to know. */
const kept = new Set(['USER_ID_FOR_SRP', 'USERNAME', 'userAttributes']);

const setUp = 'MFA_SETUP';

/** The steps between a right password and the tokens. */
@Injectable()
export class ChallengesService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly sessions: ChallengeSessions,
    private readonly users: UsersService,
    private readonly totp: TotpService,
  ) {}

  /**
   * Puts Cognito's question into our words.
   * @throws AppError `auth.challenge_unsupported`; `auth.invalid_credentials` for a person disabled here
   */
  async issue(challenge: Challenge, attempt: Attempt): Promise<ChallengeResponse> {
    const { name, parameters } = challenge;
    const { delivery, ...step } = stepOf(challenge);
    const { email, mode, beganAt } = attempt;
    const userId = parameters.USER_ID_FOR_SRP ?? attempt.userId;
    await this.refuseDisabled({ email, userId });
    const { session, totp } = await this.withTotp(challenge, email);
    return {
      ...this.present({ name, session, userId, email, mode, beganAt, ...step }),
      ...(delivery && { delivery }),
      ...(totp && { totp }),
      parameters: Object.fromEntries(Object.entries(parameters).filter(([key]) => !kept.has(key))),
    };
  }

  /**
   * Passes an answer on to Cognito. A wrong one can be corrected with the same session.
   * @throws AppError `request.invalid`, `auth.invalid_credentials` for a person disabled since, and what
   * `IdentityProvider.answerChallenge` and `verifySoftwareToken` throw
   */
  async answer(step: OpenStep, answers: Record<string, string>): Promise<SignInAnswer | NextStep> {
    checkAnswers(step, answers);
    await this.refuseDisabled(step);
    if (step.name === setUp) return this.finishSetUp(step, answers);
    const { name, session, userId } = step;
    return this.identityProvider.answerChallenge({ name, session, userId, responses: answers });
  }

  /**
   * Two questions to Cognito: is the code right, and may the sign-in go on. Where it answers only the first, the code is
   * used up and the session spent; the person goes on with the session of that answer, and types nothing again.
   */
  private async finishSetUp(
    step: OpenStep,
    answers: Record<string, string>,
  ): Promise<SignInAnswer | NextStep> {
    if (step.appVerified) return this.tellVerified(step);
    const [code = ''] = Object.values(answers);
    const session = await this.identityProvider.verifySoftwareToken({ session: step.session }, code);
    if (session === undefined) throw new AppError('cognito.unexpected_answer');
    const verified: OpenStep = { ...step, session, asks: [], appVerified: true };
    try {
      return await this.tellVerified(verified);
    } catch (error) {
      if (!isAppError(error, 'cognito.unavailable')) throw error;
      return { kind: 'step', challenge: this.present(verified) };
    }
  }

  private tellVerified({ name, session, userId }: OpenStep): Promise<SignInAnswer> {
    return this.identityProvider.answerChallenge({ name, session, userId, responses: {} });
  }

  private present(step: OpenStep): ChallengeResponse {
    const { name, asks, choices } = step;
    return {
      name,
      session: this.sessions.close(step),
      asks,
      expiresIn: longestStep,
      ...(choices && { choices }),
      parameters: {},
    };
  }

  /** The app to set up is asked for at once: the person needs its secret to answer. */
  private async withTotp({ name, session }: Challenge, email: string) {
    if (name !== setUp) return { session };
    const { enrolment: totp, session: next } = await this.totp.associate({ session }, email);
    if (next === undefined) throw new AppError('cognito.unexpected_answer');
    return { session: next, totp };
  }

  /** Whoever is disabled here gets no further, whatever Cognito says: no new password, no new factor. */
  private async refuseDisabled({ userId, email }: Pick<Attempt, 'userId' | 'email'>): Promise<void> {
    const user = (await this.users.findBySub(userId)) ?? (await this.users.findByEmail(email));
    if (user?.disabled) throw new AppError('auth.invalid_credentials');
  }
}
