import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChangePasswordRequest, PasswordPolicyResponse, ResetPasswordRequest } from '#contracts';
import { UserDirectory } from '../../cognito/user-directory.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { CallerLanguage } from '../../platform/http/caller-language.decorator.js';
import { CurrentUser, type Principal } from '../../platform/http/current-user.decorator.js';
import { isAppError } from '../../platform/errors/app-error.js';
import { RefusalTime } from '../../platform/http/refusal-time.js';
import { Public } from '../../platform/http/public.decorator.js';
import { RateLimited } from '../../platform/rate-limits/rate-limited.decorator.js';
import type { Language } from '../../platform/texts/languages.js';
import { PasswordChangeService } from '../password-change.service.js';
import { PasswordResetService } from '../password-reset.service.js';
import { ResetAccount } from '../reset-account.js';
import { ResetCookie } from '../reset-cookie.js';

@ApiTags('passwords')
@Controller('passwords')
export class PasswordsController {
  constructor(
    private readonly resets: PasswordResetService,
    private readonly changes: PasswordChangeService,
    private readonly cookie: ResetCookie,
    private readonly directory: UserDirectory,
    private readonly refusalTime: RefusalTime,
  ) {}

  /** GET /passwords/policy */
  @Get('policy')
  @Public()
  @ApiOkResponse({ type: PasswordPolicyResponse })
  @Answers('cognito.credentials_missing', 'cognito.unavailable')
  policy(): Promise<PasswordPolicyResponse> {
    return this.directory.passwordPolicy();
  }

  /** POST /passwords/reset */
  @Post('reset')
  @Public()
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
    'overloaded',
  )
  async reset(
    @Body() body: ResetPasswordRequest,
    @CallerLanguage() language: Language,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.resets.finish(body, body.email ?? this.cookie.read(request), language);
    } catch (refusal) {
      // How long Usher looked for the person tells whether there is one.
      if (isAppError(refusal, 'passwords.code_wrong', 'passwords.code_expired'))
        await this.refusalTime.hold(reply.elapsedTime);
      throw refusal;
    }
    this.cookie.clear(reply);
  }

  /** POST /passwords/change */
  @Post('change')
  @RateLimited('change')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiNoContentResponse()
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'auth.invalid_credentials',
    'auth.account_link_conflict',
    'passwords.blank',
    'passwords.confirmation_mismatch',
    'passwords.policy',
    'passwords.reused',
    'request.invalid',
    'cognito.unavailable',
    'overloaded',
  )
  change(
    @CurrentUser() caller: Principal,
    @Body() body: ChangePasswordRequest,
    @CallerLanguage() language: Language,
  ): Promise<void> {
    return this.changes.change(caller, body, language);
  }
}
