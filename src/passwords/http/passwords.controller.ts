import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForgotPasswordRequest, ResetPasswordRequest } from '#contracts';
import { Answers } from '../../platform/http/answers.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { RefusalTime } from '../../platform/http/refusal-time.js';
import { RateLimited } from '../../platform/rate-limits/rate-limited.decorator.js';
import { PasswordResetService } from '../password-reset.service.js';
import { ResetAccount } from '../reset-account.js';
import { ResetCookie } from '../reset-cookie.js';

@ApiTags('passwords')
@Public()
@Controller('passwords')
export class PasswordsController {
  constructor(
    private readonly resets: PasswordResetService,
    private readonly cookie: ResetCookie,
    private readonly refusalTime: RefusalTime,
  ) {}

  /** POST /passwords/forgot. The same answer after the same time, whoever the address belongs to. */
  @Post('forgot')
  @RateLimited('forgot')
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'A code was mailed if the address has an account' })
  @Answers('request.invalid', 'cognito.unavailable')
  async forgot(
    @Body() { email }: ForgotPasswordRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.resets.begin(email);
      this.cookie.set(reply, email);
    } finally {
      await this.refusalTime.hold(reply.elapsedTime);
    }
  }

  /** POST /passwords/reset */
  @Post('reset')
  @RateLimited('reset', ResetAccount)
  @HttpCode(204)
  @ApiNoContentResponse()
  @Answers(
    'passwords.blank',
    'passwords.confirmation_mismatch',
    'passwords.code_missing',
    'passwords.reset_not_started',
    'passwords.code_wrong',
    'passwords.code_expired',
    'passwords.policy',
    'passwords.reused',
    'request.invalid',
    'cognito.unavailable',
  )
  async reset(
    @Body() body: ResetPasswordRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.resets.finish(body, body.email ?? this.cookie.read(request));
    this.cookie.clear(reply);
  }
}
