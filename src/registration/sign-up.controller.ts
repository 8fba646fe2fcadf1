import { Body, Controller, Delete, HttpCode, Post, Put, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiTags, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  CancelEmailChangeRequest,
  ConfirmRequest,
  ResendConfirmationRequest,
  SignUpRequest,
} from '#contracts';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CallerLanguage } from '../common/http/caller.decorators.js';
import { Public } from '../common/http/access.decorators.js';
import { RateLimited } from '../rate-limit/rate-limited.decorator.js';
import { ResponseDelay } from '../common/http/response-delay.js';
import type { Language } from '../i18n/languages.js';
import { SignUpConfirmationService } from './sign-up-confirmation.service.js';
import { ConfirmationService } from './confirmation.service.js';
import { EmailChangeService } from './email-change.service.js';
import { SignUpService } from './sign-up.service.js';

@ApiTags('users')
@Public()
@Controller('users')
export class SignUpController {
  constructor(
    private readonly signUps: SignUpService,
    private readonly signUpConfirmations: SignUpConfirmationService,
    private readonly confirmations: ConfirmationService,
    private readonly emailChanges: EmailChangeService,
    private readonly responseDelay: ResponseDelay,
  ) {}

  /** POST /users. The response and its delay do not depend on whether the address has an account. */
  @Post()
  @ApiOperation({
    operationId: 'signUp',
    summary: 'Sign up',
    description:
      'Sends a mail with a confirmation link, or the information that an account exists. The answer and its time are the same for every address.',
  })
  @RateLimited('sign-up')
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'A mail went to the address' })
  @ApiErrors(
    'passwords.blank',
    'passwords.confirmation_mismatch',
    'passwords.policy',
    'request.invalid',
    'cognito.unavailable',
    'legacy.unavailable',
    'overloaded',
  )
  async signUp(
    @Body() body: SignUpRequest,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.signUps.signUp(body, language);
    await this.responseDelay.wait(this.responseDelay.elapsed(reply));
  }

  /** POST /users/confirmation. The response and its delay do not depend on whether the address has an account. */
  @Post('confirmation')
  @ApiOperation({
    operationId: 'resendConfirmation',
    summary: 'Send the confirmation mail again',
    description: 'The answer and its time are the same for every address.',
  })
  @RateLimited('sign-up')
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'A mail went to the address if it waits to be confirmed' })
  @ApiErrors('request.invalid', 'overloaded')
  async resend(
    @Body() { email }: ResendConfirmationRequest,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.signUpConfirmations.resend(email, language);
    } finally {
      await this.responseDelay.wait(this.responseDelay.elapsed(reply));
    }
  }

  /** PUT /users/confirmation. A sign-up link also needs the password. */
  @Put('confirmation')
  @ApiOperation({
    operationId: 'confirmEmail',
    summary: 'Confirm an address',
    description:
      'Takes the token of a mailed link. The link of a sign-up also needs the password; that of a change of address does not. A used token is 204.',
  })
  @RateLimited('confirmation')
  @HttpCode(204)
  @ApiNoContentResponse()
  @ApiErrors(
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

  /** DELETE /users/confirmation: cancels an e-mail change. The response is the same for every token. */
  @Delete('confirmation')
  @ApiOperation({
    operationId: 'cancelEmailChange',
    summary: 'Cancel a change of address',
    description: 'Takes the token of the notice mail. The answer is the same for every token.',
  })
  @RateLimited('cancellation')
  @HttpCode(204)
  @ApiNoContentResponse()
  @ApiErrors('request.invalid', 'overloaded')
  cancel(@Body() { token }: CancelEmailChangeRequest): Promise<void> {
    return this.emailChanges.cancelByLink(token);
  }
}
