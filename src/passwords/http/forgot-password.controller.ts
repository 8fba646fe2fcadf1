import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ForgotPasswordRequest } from '#contracts';
import { Answers } from '../../platform/http/answers.decorator.js';
import { CallerLanguage } from '../../platform/http/caller-language.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { RefusalTime } from '../../platform/http/refusal-time.js';
import { RateLimited } from '../../platform/rate-limits/rate-limited.decorator.js';
import type { Language } from '../../platform/texts/languages.js';
import { PasswordResetService } from '../password-reset.service.js';
import { ResetCookie } from '../reset-cookie.js';

@ApiTags('passwords')
@Public()
@Controller('passwords')
export class ForgotPasswordController {
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
  @Answers('request.invalid', 'cognito.unavailable', 'overloaded')
  async forgot(
    @Body() { email }: ForgotPasswordRequest,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.resets.begin(email, language);
      this.cookie.set(reply, email);
    } finally {
      await this.refusalTime.hold(reply.elapsedTime);
    }
  }
}
