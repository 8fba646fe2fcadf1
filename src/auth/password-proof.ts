import { Injectable } from '@nestjs/common';
import { normaliseCode } from '#contracts';
import { type Challenge, IdentityProvider, type SignInAnswer } from '../cognito/identity-provider.js';
import { TokenVerifier } from '../cognito/token-verifier.js';
import { KeyRing } from '../common/crypto/key-ring.js';
import { SealedBox } from '../common/crypto/sealed-box.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { SessionRevocationService } from '../sessions/session-revocation.service.js';
import { authenticator, mfaSetup, requiredAnswers, sentCodes } from './challenge.mapper.js';
import { challengeSessionLifetime } from './challenges.service.js';
import { RecentProofsRepository } from './persistence/recent-proofs.repository.js';

/** A challenge whose code Cognito has sent, with a digest of the password that led to it. */
interface SentChallenge {
  challenge: Challenge;
  password: string;
}

/** Checks a password, and the second factor if one is enabled, by a sign-in whose tokens are revoked at once. */
@Injectable()
export class PasswordProof {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly verifier: TokenVerifier,
    private readonly revocations: SessionRevocationService,
    private readonly proofs: RecentProofsRepository,
    private readonly sealedBox: SealedBox,
    private readonly keys: KeyRing,
  ) {}

  /**
   * @throws AppError `auth.invalid_credentials` for a wrong password or code; `auth.reauthentication_required` with a
   * field error for `code` if it is missing; `cognito.unavailable`, `overloaded`
   */
  async check(caller: Principal, password: string, code: string | undefined): Promise<void> {
    const sent = code === undefined ? undefined : await this.findSent(caller, password);
    const answer: SignInAnswer = sent
      ? { kind: 'challenge', challenge: sent }
      : await this.identityProvider.signIn(caller.username, password);
    const { tokens } =
      answer.kind === 'tokens' ? answer : await this.answer(caller, answer.challenge, { password, code });
    if (tokens === undefined) return;
    try {
      const { sub } = await this.verifier.verifyAccessToken(tokens.accessToken);
      if (sub !== caller.sub) throw new AppError('auth.invalid_credentials');
    } finally {
      await this.revocations.revokeOrphan(tokens.refreshToken);
    }
  }

  /** @returns no tokens for a user without a second factor in a pool that requires one: the password was right */
  private async answer(
    caller: Principal,
    challenge: Challenge,
    typed: { password: string; code: string | undefined },
  ): Promise<Extract<SignInAnswer, { kind: 'tokens' }> | { tokens: undefined }> {
    const { name, session, parameters } = challenge;
    const userId = parameters.USER_ID_FOR_SRP ?? caller.username;
    if (userId !== caller.username && userId !== caller.sub) throw new AppError('auth.invalid_credentials');
    if (name === mfaSetup) return { tokens: undefined };
    if (name === 'SELECT_MFA_TYPE') return this.select(caller, challenge, userId, typed);
    if (name !== authenticator && !sentCodes.includes(name)) throw new AppError('auth.invalid_credentials');
    if (typed.code === undefined) {
      if (name !== authenticator) await this.saveSent(caller, challenge, typed.password);
      throw new AppError('auth.reauthentication_required', {
        errors: [{ field: 'code', message: 'field.missing' }],
      });
    }
    const responses = { [`${name}_CODE`]: normaliseCode(typed.code) };
    const answer = await refuseWrongCode(() =>
      this.identityProvider.answerChallenge({ name, session, userId, responses }),
    );
    if (answer.kind !== 'tokens') throw new AppError('auth.invalid_credentials');
    return answer;
  }

  /** Prefers the authenticator app, whose code is not sent. */
  private async select(
    caller: Principal,
    challenge: Challenge,
    userId: string,
    typed: { password: string; code: string | undefined },
  ) {
    const { choices = [] } = requiredAnswers(challenge);
    const ANSWER = choices.find((factor) => factor === authenticator) ?? choices[0] ?? '';
    const { name, session } = challenge;
    const next = await this.identityProvider.answerChallenge({
      name,
      session,
      userId,
      responses: { ANSWER },
    });
    if (next.kind === 'tokens') return next;
    if (next.challenge.name === name) throw new AppError('cognito.unexpected_answer');
    return this.answer(caller, next.challenge, typed);
  }

  /** For the next request, which has the code: another sign-in would send another code. */
  private async saveSent(caller: Principal, challenge: Challenge, password: string): Promise<void> {
    const sent: SentChallenge = { challenge, password: this.digest(caller.sub, password) };
    const sealed = this.sealedBox.seal('recent-proof', sent, challengeSessionLifetime);
    await this.proofs.saveChallenge(caller, sealed);
  }

  private async findSent(caller: Principal, password: string): Promise<Challenge | undefined> {
    const sealed = await this.proofs.findChallenge(caller);
    const sent = sealed && (this.sealedBox.unseal('recent-proof', sealed) as SentChallenge | undefined);
    return sent && sent.password === this.digest(caller.sub, password) ? sent.challenge : undefined;
  }

  private digest(sub: string, password: string): string {
    return this.keys.digest('recent-proof', `${sub} ${password}`).toString('base64url');
  }
}

async function refuseWrongCode<Answer>(answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (
      !isAppError(error, 'auth.code_wrong', 'auth.code_expired', 'auth.challenge_expired', 'request.invalid')
    )
      throw error;
    const errors = [{ field: 'code', message: 'field.invalid' as const }];
    throw new AppError('auth.invalid_credentials', { cause: error, errors });
  }
}
