import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { SignInRequest } from '#contracts';
import { OriginCheck } from '../platform/http/origin-check.js';
import { parseBody } from '../platform/http/parse-body.js';
import { deviceOf } from '../sessions/session-device.js';
import { RequestStrategy } from './request-strategy.js';
import { type SignInOutcome, SignInService } from './sign-in.service.js';

export const cognitoPassword = 'cognito-password';

/** Passport strategy: the e-mail and password of the body, judged by Cognito. */
@Injectable()
export class CognitoPasswordStrategy extends PassportStrategy(RequestStrategy, cognitoPassword) {
  constructor(
    private readonly signIn: SignInService,
    private readonly origins: OriginCheck,
  ) {
    super();
  }

  /** Guards run before pipes, so the body is parsed here. */
  async validate(request: FastifyRequest): Promise<SignInOutcome> {
    const body = parseBody(SignInRequest, request.body);
    // Or a page somewhere else signs its visitors in to an account of its own.
    if (body.session === 'cookie') this.origins.check(request);
    return this.signIn.signIn(body, deviceOf(request));
  }
}
