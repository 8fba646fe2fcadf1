import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { SignInRequest } from '#contracts';
import { parseBody } from '../platform/http/parse-body.js';
import { RequestStrategy } from './request-strategy.js';
import { type SignInOutcome, SignInService } from './sign-in.service.js';

export const cognitoPassword = 'cognito-password';

/** Passport strategy: the e-mail and password of the body, judged by Cognito. */
@Injectable()
export class CognitoPasswordStrategy extends PassportStrategy(RequestStrategy, cognitoPassword) {
  constructor(private readonly signIn: SignInService) {
    super();
  }

  /** Guards run before pipes, so the body is parsed here. */
  async validate({ body }: FastifyRequest): Promise<SignInOutcome> {
    const { email, password } = parseBody(SignInRequest, body);
    return this.signIn.signIn(email, password);
  }
}
