import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignInResponse } from '#contracts';
import { recordOutcome } from '../common/http/request-events.js';
import { languageOf } from '../i18n/languages.js';
import { countEvenOnSuccess } from '../rate-limit/rate-limit.guard.js';
import { DeviceCookie } from '../sessions/device-cookie.js';
import { SessionCookie } from '../sessions/session-cookie.js';
import { SessionRevocationService } from '../sessions/session-revocation.service.js';
import type { Device } from '../sessions/session.service.js';
import { toUserResponse } from '../users/user.js';
import type { SignInEnd } from './sign-in-monitoring.js';
import type { SignInOutcome } from './sign-in.service.js';

/** Sets the cookies that follow from a step of a sign-in. */
@Injectable()
export class SignInResult {
  constructor(
    private readonly cookie: SessionCookie,
    private readonly deviceCookie: DeviceCookie,
    private readonly revocations: SessionRevocationService,
  ) {}

  /** @returns the body of the response; in cookie mode without tokens */
  async respond(outcome: SignInOutcome, reply: FastifyReply): Promise<SignInResponse> {
    const end: SignInEnd = 'challenge' in outcome ? 'challenge' : 'signed_in';
    recordOutcome(reply, end);
    if ('challenge' in outcome) {
      // Each challenge may have cost a text message.
      countEvenOnSuccess(reply);
      return outcome;
    }
    this.deviceCookie.set(reply, outcome.user.sub, outcome.start);
    const user = toUserResponse(outcome.user);
    if (outcome.cookieSecret === undefined) return { user, tokens: outcome.tokens };
    const replaced = this.cookie.read(reply.request);
    if (replaced !== undefined) await this.revocations.revokeReplaced(replaced);
    this.cookie.set(reply, outcome.cookieSecret);
    return { user };
  }
}

/** Characters. Browsers send about 150. */
const maxUserAgentLength = 512;

/** The device of a sign-in, for the list of sessions. */
export function deviceOf({ headers, ip }: FastifyRequest): Device {
  return {
    userAgent: headers['user-agent']?.slice(0, maxUserAgentLength),
    address: ip,
    language: languageOf(headers['accept-language']),
  };
}
