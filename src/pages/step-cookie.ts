import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChallengeResponse } from '#contracts';
import type { ChallengeState } from '../auth/challenge.mapper.js';
import { challengeSessionLifetime, ChallengesService } from '../auth/challenges.service.js';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { SealedBox } from '../common/crypto/sealed-box.js';
import { type HostCookie, hostCookie } from '../common/http/host-cookie.js';

/** What the page shows of a step, besides its state. */
interface StepView {
  /** Masked by Cognito. */
  destination?: string | undefined;
  /** With `MFA_SETUP`: the key of the authenticator app. */
  secretCode?: string | undefined;
  /** As the caller gave it. */
  returnTo?: string | undefined;
}

/** The step of a sign-in that is to be answered. */
export interface Step extends StepView {
  state: ChallengeState;
}

/** Bytes of name and value that browsers keep (RFC 6265, section 6.1). */
const largestCookie = 4096;

/** Keeps the step in the browser, out of the HTML. */
@Injectable()
export class StepCookie {
  private readonly cookie: HostCookie;

  constructor(
    private readonly challenges: ChallengesService,
    private readonly sealedBox: SealedBox,
    @Inject(httpConfig.KEY) config: HttpConfig,
  ) {
    this.cookie = hostCookie(config, 'usher_step');
  }

  /** Without a very long `returnTo` if the cookie would be too large. */
  set(reply: FastifyReply, challenge: ChallengeResponse, returnTo: string | undefined): void {
    const view = { destination: challenge.delivery?.destination, secretCode: challenge.totp?.secretCode };
    const complete = this.valueOf(challenge.session, { ...view, returnTo });
    const fits = this.cookie.name.length + complete.length <= largestCookie;
    const value = fits ? complete : this.valueOf(challenge.session, view);
    reply.setCookie(this.cookie.name, value, { ...this.cookie.options, maxAge: challengeSessionLifetime });
  }

  /** The session is sealed already; sealed twice it would be a third larger. */
  private valueOf(session: string, view: StepView): string {
    return `${session}.${this.sealedBox.seal('page-step', view, challengeSessionLifetime)}`;
  }

  /** @returns `undefined` without a valid cookie */
  read(request: FastifyRequest): Step | undefined {
    const [session = '', sealed = ''] = request.cookies[this.cookie.name]?.split('.') ?? [];
    const state = this.challenges.unseal(session);
    const view = this.sealedBox.unseal('page-step', sealed) as StepView | undefined;
    return state && view && { state, ...view };
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    if (request.cookies[this.cookie.name] !== undefined)
      reply.clearCookie(this.cookie.name, this.cookie.options);
  }
}
