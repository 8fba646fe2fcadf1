import { Injectable } from '@nestjs/common';
import type { ChallengeResponse } from '#contracts';
import { type Challenge, IdentityProvider, type SignInAnswer } from '../cognito/identity-provider.js';
import { SealedBox } from '../common/crypto/sealed-box.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { Outbox } from '../mail/outbox.js';
import type { Language } from '../i18n/languages.js';
import { SessionRevocationService } from '../sessions/session-revocation.service.js';
import { UsersRepository } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';
import {
  type ChallengeState,
  mfaSetup,
  newPasswordRequired,
  requiredAnswers,
  toResponses,
} from './challenge.mapper.js';
import { TotpService } from './totp.service.js';

/** Seconds. The longest `AuthSessionValidity`; Cognito refuses sessions that exceed the pool's own setting. */
export const challengeSessionLifetime = 15 * 60;

/** The sign-in that a challenge belongs to. */
export type Attempt = Pick<ChallengeState, 'email' | 'userId' | 'mode' | 'beganAt'>;

/** A challenge to answer before Cognito's own answer. */
interface RepeatedChallenge {
  kind: 'repeated';
  challenge: ChallengeResponse;
}

/** Parameters that name the user, or that the caller has not proved to know. */
const hiddenParameters = new Set(['USER_ID_FOR_SRP', 'USERNAME', 'userAttributes']);

/** The steps of a sign-in between the password and the tokens. */
@Injectable()
export class ChallengesService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly sealedBox: SealedBox,
    private readonly users: UsersService,
    private readonly rows: UsersRepository,
    private readonly totp: TotpService,
    private readonly revocations: SessionRevocationService,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @throws AppError `auth.challenge_unsupported`, `cognito.unexpected_answer`; `auth.invalid_credentials` for a disabled
   * user
   */
  async issue(challenge: Challenge, attempt: Attempt): Promise<ChallengeResponse> {
    const { name, parameters } = challenge;
    const { delivery, ...required } = requiredAnswers(challenge);
    const { email, mode, beganAt } = attempt;
    const userId = parameters.USER_ID_FOR_SRP ?? attempt.userId;
    await this.refuseDisabled({ email, userId });
    const { session, totp } = await this.beginSetup(challenge, email);
    return {
      ...this.toResponse({ name, session, userId, email, mode, beganAt, ...required }),
      ...(delivery && { delivery }),
      ...(totp && { totp }),
      parameters: Object.fromEntries(
        Object.entries(parameters).filter(([key]) => !hiddenParameters.has(key)),
      ),
    };
  }

  /** The caller needs the secret of the authenticator app to answer `MFA_SETUP`. */
  private async beginSetup({ name, session }: Challenge, email: string) {
    if (name !== mfaSetup) return { session };
    const { enrolment: totp, session: next } = await this.totp.associate({ session }, email);
    if (next === undefined) throw new AppError('cognito.unexpected_answer');
    return { session: next, totp };
  }

  /**
   * Sends an answer to Cognito. A wrong answer can be corrected with the same session.
   * @throws AppError `request.invalid`; `auth.invalid_credentials` for a disabled user; what
   * `IdentityProvider.answerChallenge` and `verifySoftwareToken` throw
   */
  async answer(
    state: ChallengeState,
    typed: Record<string, string>,
    language: Language,
  ): Promise<SignInAnswer | RepeatedChallenge> {
    const responses = toResponses(state, typed);
    await this.refuseDisabled(state);
    if (state.name === mfaSetup) return this.verifyApp(state, responses);
    const { name, session, userId } = state;
    const answer = await this.identityProvider.answerChallenge({ name, session, userId, responses });
    if (name === newPasswordRequired) await this.completePasswordChange(userId, language);
    return answer;
  }

  /**
   * Sends two commands: one verifies the code, one continues the sign-in. If the second one fails, code and session are
   * spent; the caller continues with the session of the first one and without a code.
   */
  private async verifyApp(
    state: ChallengeState,
    responses: Record<string, string>,
  ): Promise<SignInAnswer | RepeatedChallenge> {
    if (state.appVerified) return this.continueVerified(state);
    const [code = ''] = Object.values(responses);
    const session = await this.identityProvider.verifySoftwareToken({ session: state.session }, code);
    if (session === undefined) throw new AppError('cognito.unexpected_answer');
    const verified: ChallengeState = { ...state, session, asks: [], appVerified: true };
    try {
      return await this.continueVerified(verified);
    } catch (error) {
      if (!isAppError(error, 'cognito.unavailable')) throw error;
      return { kind: 'repeated', challenge: this.toResponse(verified) };
    }
  }

  private continueVerified({ name, session, userId }: ChallengeState): Promise<SignInAnswer> {
    return this.identityProvider.answerChallenge({ name, session, userId, responses: {} });
  }

  /** @param username Cognito user name; equals the `sub` in pools that use e-mail addresses as user names */
  private async completePasswordChange(username: string, language: Language): Promise<void> {
    const user = await this.users.findBySub(username);
    if (user === undefined) return;
    const sessions = await this.rows.transaction(async () => {
      await this.rows.recordNewPassword(user, 'change-password');
      await this.outbox.post({ to: user.email, mail: 'password_changed', language, values: {} });
      return this.revocations.revokeAll({ sub: username, reason: 'password changed' });
    });
    this.revocations.revokeAtCognito(sessions);
  }

  /** Disabled users get no further, whatever Cognito answers: no new password, no new factor. */
  private async refuseDisabled({ userId, email }: Pick<Attempt, 'userId' | 'email'>): Promise<void> {
    const user = (await this.users.findBySub(userId)) ?? (await this.users.findByEmail(email));
    if (user?.disabled) throw new AppError('auth.invalid_credentials');
  }

  private toResponse(state: ChallengeState): ChallengeResponse {
    const { name, asks, choices } = state;
    return {
      name,
      session: this.seal(state),
      asks,
      expiresIn: challengeSessionLifetime,
      ...(choices && { choices }),
      parameters: {},
    };
  }

  /** @returns the challenge session: sealed, so that callers can neither forge nor skip a step */
  seal(state: ChallengeState): string {
    return this.sealedBox.seal('challenge-session', state, challengeSessionLifetime);
  }

  /** @returns `undefined` for a challenge session that is forged, changed or too old */
  unseal(session: string): ChallengeState | undefined {
    const state = this.sealedBox.unseal('challenge-session', session) as Partial<ChallengeState> | undefined;
    // Challenge sessions sealed by an earlier release have no `beganAt`.
    return state && ({ beganAt: 0, ...state } as ChallengeState);
  }
}
