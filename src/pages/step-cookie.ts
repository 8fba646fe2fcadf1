import type { CookieSerializeOptions } from '@fastify/cookie';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChallengeResponse } from '#contracts';
import { challengeSessionLifetime } from '../auth/challenges.service.js';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import { SealedBox } from '../common/crypto/sealed-box.js';

/** The step of a sign-in that is to be answered. */
export interface Step {
  /** The challenge session of the API, which is sealed. */
  session: string;
  name: string;
  asks: string[];
  choices?: string[] | undefined;
  /** Masked by Cognito. */
  destination?: string | undefined;
  /** With `MFA_SETUP`: the key of the authenticator app. */
  otpauthUri?: string | undefined;
  /** As the caller gave it. */
  returnTo: string | undefined;
}

/** Keeps the step in the browser, out of the HTML. */
@Injectable()
export class StepCookie {
  private readonly name: string;
  private readonly options: CookieSerializeOptions;

  constructor(
    private readonly sealedBox: SealedBox,
    @Inject(httpConfig.KEY) config: HttpConfig,
  ) {
    const secure = config.publicUrl.protocol === 'https:';
    this.name = secure ? '__Host-usher_step' : 'usher_step';
    this.options = { httpOnly: true, sameSite: 'lax', path: '/', secure };
  }

  set(reply: FastifyReply, challenge: ChallengeResponse, returnTo: string | undefined): void {
    const { session, name, asks, choices, delivery, totp } = challenge;
    const view: Omit<Step, 'session'> = {
      name,
      asks,
      choices,
      destination: delivery?.destination,
      otpauthUri: totp?.otpauthUri,
      returnTo,
    };
    // The session is sealed already: sealed twice it would exceed the 4096 bytes that browsers keep (RFC 6265 section 6.1).
    const sealed = this.sealedBox.seal('page-step', view, challengeSessionLifetime);
    reply.setCookie(this.name, `${session}.${sealed}`, { ...this.options, maxAge: challengeSessionLifetime });
  }

  /** @returns `undefined` without a valid cookie */
  read(request: FastifyRequest): Step | undefined {
    const [session = '', sealed = ''] = request.cookies[this.name]?.split('.') ?? [];
    const view = this.sealedBox.unseal('page-step', sealed) as Omit<Step, 'session'> | undefined;
    return view && { session, ...view };
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    if (request.cookies[this.name] !== undefined) reply.clearCookie(this.name, this.options);
  }
}
