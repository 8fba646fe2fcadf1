import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply } from 'fastify';
import { isAppError } from '../platform/errors/app-error.js';
import { RefusalTime } from '../platform/http/refusal-time.js';
import { cognitoPassword } from './cognito-password.strategy.js';

/** Lets in whom Cognito and our table agree on; what they said is `request.user`. Every refusal takes the same time. */
@Injectable()
export class CognitoPasswordGuard extends AuthGuard(cognitoPassword) {
  constructor(private readonly refusalTime: RefusalTime) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      return (await super.canActivate(context)) as boolean;
    } catch (error) {
      const reply = context.switchToHttp().getResponse<FastifyReply>();
      if (isAppError(error, 'auth.invalid_credentials')) await this.refusalTime.hold(reply.elapsedTime);
      throw error;
    }
  }
}
