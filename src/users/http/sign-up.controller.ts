import { Body, Controller, Delete, Get, Header, HttpCode, Post, Put, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiExcludeEndpoint, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  CancelEmailChangeRequest,
  ConfirmRequest,
  ResendConfirmationRequest,
  SignUpRequest,
} from '#contracts';
import { Answers } from '../../platform/http/answers.decorator.js';
import { CallerLanguage } from '../../platform/http/caller-language.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { RateLimited } from '../../platform/rate-limits/rate-limited.decorator.js';
import { RefusalTime } from '../../platform/http/refusal-time.js';
import type { Language } from '../../platform/texts/languages.js';
import { ConfirmationService } from '../confirmation.service.js';
import { PendingSignUps } from '../pending-sign-ups.js';
import { SignUpService } from '../sign-up.service.js';
import { confirmationPage, confirmationPagePolicy } from './confirmation-page.js';

@ApiTags('users')
@Public()
@Controller('users')
export class SignUpController {
  constructor(
    private readonly signUps: SignUpService,
    private readonly pending: PendingSignUps,
    private readonly confirmations: ConfirmationService,
    private readonly refusalTime: RefusalTime,
  ) {}

  /** POST /users. The same answer, whoever the address belongs to. */
  @Post()
  @RateLimited('sign-up')
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'A mail went to the address' })
  @Answers(
    'passwords.blank',
    'passwords.confirmation_mismatch',
    'passwords.policy',
    'request.invalid',
    'cognito.unavailable',
    'overloaded',
  )
  signUp(@Body() body: SignUpRequest, @CallerLanguage() language: Language): Promise<void> {
    return this.signUps.signUp(body, language);
  }

  /** POST /users/confirmation. The same answer after the same time, whoever the address belongs to. */
  @Post('confirmation')
  @RateLimited('sign-up')
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'A mail went to the address if it waits to be confirmed' })
  @Answers('request.invalid', 'overloaded')
  async resend(
    @Body() { email }: ResendConfirmationRequest,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.pending.resend(email, language);
    } finally {
      await this.refusalTime.hold(reply.elapsedTime);
    }
  }

  /** PUT /users/confirmation. The link of a sign-up needs its password, too. */
  @Put('confirmation')
  @RateLimited('confirmation')
  @HttpCode(204)
  @ApiNoContentResponse()
  @Answers(
    'users.confirmation_invalid',
    'passwords.blank',
    'auth.invalid_credentials',
    'auth.account_link_conflict',
    'request.invalid',
    'cognito.credentials_missing',
    'cognito.unavailable',
    'overloaded',
  )
  confirm(@Body() body: ConfirmRequest, @CallerLanguage() language: Language): Promise<void> {
    return this.confirmations.confirm(body, language);
  }

  /** DELETE /users/confirmation: cancels a change of address. The same answer for every token. */
  @Delete('confirmation')
  @RateLimited('cancellation')
  @HttpCode(204)
  @ApiNoContentResponse()
  @Answers('request.invalid', 'overloaded')
  cancel(@Body() { token }: CancelEmailChangeRequest): Promise<void> {
    return this.confirmations.cancel(token);
  }

  /** GET /users/confirmation: a page with a button. Programs that scan mails open links; none presses a button. */
  @Get('confirmation')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', confirmationPagePolicy)
  page(@CallerLanguage() language: Language): string {
    return confirmationPage(language);
  }
}
