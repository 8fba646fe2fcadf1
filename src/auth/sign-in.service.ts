import { Injectable } from '@nestjs/common';
import type { ChallengeResponse } from '#contracts';
import type { SignInAnswer, Tokens } from '../cognito/identity-provider.js';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { AppError } from '../common/errors/app-error.js';
import { storableAddress } from '../common/http/addresses.js';
import type { Language } from '../i18n/languages.js';
import { SessionRevocationService } from '../sessions/session-revocation.service.js';
import { type Device, SessionService } from '../sessions/session.service.js';
import type { SignInStart } from '../sessions/sign-out-times.js';
import { SignInTracking } from '../users/sign-in-tracking.js';
import { AccountLinkingService } from '../users/account-linking.service.js';
import type { LocalUser } from '../users/user.js';
import { type ChallengeState, mfaSetup, newPasswordRequired } from './challenge.mapper.js';
import { ChallengesService } from './challenges.service.js';
import { TotpService } from './totp.service.js';

/** Cognito's answer to a password or to a challenge; on the sign-in route it is `request.user`. */
export interface AnsweredSignIn extends Pick<ChallengeState, 'email' | 'userId' | 'mode'> {
  answer: SignInAnswer;
  start: SignInStart;
}

/** A sign-in that Cognito and Usher accept. */
export interface SignedIn {
  user: LocalUser;
  tokens: Tokens;
  start: SignInStart;
  /** Secret for the session cookie; without it the caller keeps the tokens. */
  cookieSecret: string | undefined;
  /** The token family; `undefined` where the app client does not allow revocation. */
  originJti: string | undefined;
  /** `auth_time` (seconds since 1970). */
  authTime: number;
}

export type SignInOutcome = SignedIn | { challenge: ChallengeResponse };

@Injectable()
export class SignInService {
  constructor(
    private readonly challenges: ChallengesService,
    private readonly tokenVerifier: TokenVerifier,
    private readonly linking: AccountLinkingService,
    private readonly sessions: SessionService,
    private readonly revocations: SessionRevocationService,
    private readonly tracking: SignInTracking,
    private readonly totp: TotpService,
  ) {}

  /**
   * Issues a challenge, or links the user and creates the session. Revokes the tokens of a sign-in that is refused here.
   * @throws AppError `auth.invalid_credentials`, `auth.account_link_conflict`, `auth.challenge_unsupported`,
   * `cognito.unexpected_answer`, and what `IdentityProvider` throws
   */
  async completeSignIn(
    { answer, start, ...attempt }: AnsweredSignIn,
    device: Device,
  ): Promise<SignInOutcome> {
    if (answer.kind === 'challenge') {
      const begun = { ...attempt, beganAt: start.at };
      return { challenge: await this.challenges.issue(answer.challenge, begun) };
    }
    const { tokens } = answer;
    try {
      const user = await this.linking.link(await this.tokenVerifier.verifyIdToken(tokens.idToken));
      const session = await this.sessions.begin(user, tokens, { mode: attempt.mode, device, start });
      this.tracking.record(user.id, storableAddress(device.address));
      return { user, tokens, start, ...session };
    } catch (refusal) {
      await this.revocations.revokeOrphan(tokens.refreshToken);
      throw refusal;
    }
  }

  /**
   * @throws AppError what `completeSignIn` and `ChallengesService.answer` throw; `auth.challenge_expired` if the user has
   * signed out everywhere or got a new password since the first step
   */
  async answerChallenge(
    state: ChallengeState,
    answers: Record<string, string>,
    { device, language }: { device: Device; language: Language },
  ): Promise<SignInOutcome> {
    let start: SignInStart = { at: state.beganAt };
    if (this.sessions.isSignedOutSince(state.userId, start)) throw new AppError('auth.challenge_expired');
    const answer = await this.challenges.answer(state, answers, language);
    if (answer.kind === 'repeated') return { challenge: answer.challenge };
    // The new password revokes earlier sessions and sign-ins; a new start time exempts this sign-in.
    if (state.name === newPasswordRequired) start = await this.sessions.startOfSignIn();
    const complete = () => this.completeSignIn({ ...state, answer, start }, device);
    return state.name === mfaSetup ? this.completeSetup(state, language, complete) : complete();
  }

  /** Cognito requires the authenticator app from now on, also if this sign-in is refused here. */
  private async completeSetup(
    { userId }: ChallengeState,
    language: Language,
    complete: () => Promise<SignInOutcome>,
  ): Promise<SignInOutcome> {
    let outcome: SignInOutcome;
    try {
      outcome = await complete();
    } catch (refusal) {
      await this.totp.recordRefusedSetup(userId, language);
      throw refusal;
    }
    if ('user' in outcome) await this.totp.recordSetup(outcome, language);
    return outcome;
  }
}
