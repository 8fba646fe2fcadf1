import { Injectable } from '@nestjs/common';
import type { ProofRequest } from '#contracts';
import { CognitoClock } from '../cognito/cognito-clock.js';
import { Clock } from '../common/clock/clock.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import type { ProofRoute } from '../common/http/access.decorators.js';
import { RateLimits } from '../rate-limit/rate-limits.js';
import { CurrentUserService } from '../users/current-user.service.js';
import { PasswordProof } from './password-proof.js';
import { RecentProofsRepository } from './persistence/recent-proofs.repository.js';

/** Seconds. A refresh does not renew `auth_time`. */
const recentSignIn = 600;

/** What a stolen access token must not be enough for needs a recent proof of identity. */
@Injectable()
export class RecentProofService {
  constructor(
    private readonly currentUser: CurrentUserService,
    private readonly proofs: RecentProofsRepository,
    private readonly passwords: PasswordProof,
    private readonly limits: RateLimits,
    private readonly cognitoClock: CognitoClock,
    private readonly clock: Clock,
  ) {}

  /**
   * A password is checked only if there is no recent proof.
   * @throws AppError `auth.reauthentication_required` without a recent proof, or if the code of the second factor is
   * missing; `auth.invalid_credentials` for a wrong password or code; `too_many_requests`, `cognito.unavailable`
   */
  async prove(
    caller: Principal,
    { password, code }: ProofRequest,
    { orEnrolment }: Pick<ProofRoute, 'orEnrolment'>,
  ): Promise<void> {
    await this.currentUser.resolve(caller);
    if (await this.hasRecentProof(caller, orEnrolment)) return;
    if (password == null) throw new AppError('auth.reauthentication_required');
    await this.checkPassword(caller, password, code ?? undefined);
    await this.proofs.recordProof(caller);
  }

  private async hasRecentProof(caller: Principal, orEnrolment: boolean): Promise<boolean> {
    // Cognito's clock, which has set `auth_time`.
    const now = this.cognitoClock.now() ?? this.clock.now().getTime();
    if (now / 1000 - caller.authTime <= recentSignIn) return true;
    const { proven, enrolling } = await this.proofs.find(caller);
    return proven || (orEnrolment && enrolling);
  }

  /** Counts the attempt before it is made. Only refusals stay counted. */
  private async checkPassword(caller: Principal, password: string, code: string | undefined): Promise<void> {
    const counted = await this.limits.count('proof', { account: caller.sub });
    const forget = () => Promise.all(counted.map((attempt) => attempt.forget()));
    try {
      await this.passwords.check(caller, password, code);
    } catch (error) {
      if (!isAppError(error, 'auth.invalid_credentials', 'auth.reauthentication_required')) await forget();
      throw error;
    }
    await forget();
  }
}
