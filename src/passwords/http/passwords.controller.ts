import { Body, Controller, Get, HttpCode, Post, Req, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiTags,
  ApiOperation,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ChangePasswordRequest,
  ForgotPasswordRequest,
  PasswordPolicyResponse,
  ResetPasswordRequest,
} from '#contracts';
import { PasswordMinimumInterceptor } from '../../credentials/password-minimum.interceptor.js';
import { UserDirectory } from '../../cognito/user-directory.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CallerLanguage, CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { isAppError } from '../../common/errors/app-error.js';
import { ResponseDelay } from '../../common/http/response-delay.js';
import { ApiSession, Public } from '../../common/http/access.decorators.js';
import { PasswordProofGuard } from '../../rate-limit/password-proof.guard.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import type { Language } from '../../i18n/languages.js';
import { DeviceCookie, DeviceRateLimitKey } from '../../sessions/device-cookie.js';
import { PasswordChangeService } from '../password-change.service.js';
import { ForgotPasswordService, PasswordResetService } from '../password-reset.service.js';
import { ResetCookie, ResetRateLimitKey } from '../reset-cookie.js';

@ApiTags('passwords')
@Controller('passwords')
export class PasswordsController {
  constructor(
    private readonly forgotten: ForgotPasswordService,
    private readonly resets: PasswordResetService,
    private readonly changes: PasswordChangeService,
    private readonly cookie: ResetCookie,
    private readonly deviceCookie: DeviceCookie,
    private readonly directory: UserDirectory,
    private readonly responseDelay: ResponseDelay,
  ) {}

  /** GET /passwords/policy */
  @Get('policy')
  @ApiOperation({
    operationId: 'getPasswordPolicy',
    summary: 'Read the password policy',
    description: "The user pool's rules for a new password.",
  })
  @Public()
  @ApiOkResponse({ type: PasswordPolicyResponse })
  @ApiErrors('cognito.credentials_missing', 'cognito.unavailable')
  policy(): Promise<PasswordPolicyResponse> {
    return this.directory.passwordPolicy();
  }

  /** POST /passwords/forgot. The response and its time do not reveal whether the user exists. */
  @Post('forgot')
  @ApiOperation({
    operationId: 'forgotPassword',
    summary: 'Request a password reset',
    description:
      'Mails a code if the address has an account. The answer and its time are the same for every address.',
  })
  @Public()
  @RateLimited('forgot', DeviceRateLimitKey)
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'A code was mailed if the address has an account' })
  @ApiErrors('request.invalid', 'legacy.unavailable', 'cognito.unavailable', 'overloaded')
  async forgot(
    @Body() { email }: ForgotPasswordRequest,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.forgotten.begin(email, language);
      this.cookie.set(reply, email);
    } finally {
      await this.responseDelay.wait(this.responseDelay.elapsed(reply));
    }
  }

  /** POST /passwords/reset */
  @Post('reset')
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Reset a password',
    description: 'Sets a new password with the mailed code, and revokes all sessions of the user.',
  })
  @Public()
  @RateLimited('reset', ResetRateLimitKey)
  @UseInterceptors(PasswordMinimumInterceptor)
  @HttpCode(204)
  @ApiNoContentResponse()
  @ApiErrors(
    'passwords.blank',
    'passwords.confirmation_mismatch',
    'passwords.code_missing',
    'passwords.reset_not_started',
    'passwords.code_wrong',
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
      // The time of the lookup would reveal whether the user exists.
      if (isAppError(refusal, 'passwords.code_wrong'))
        await this.responseDelay.wait(this.responseDelay.elapsed(reply));
      throw refusal;
    }
    this.cookie.clear(reply);
    this.deviceCookie.clear(request, reply);
  }

  /** POST /passwords/change */
  @Post('change')
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change the password',
    description: 'Replaces the current password of the caller, and revokes all other sessions.',
  })
  @RateLimited('change')
  @UseGuards(PasswordProofGuard)
  @UseInterceptors(PasswordMinimumInterceptor)
  @HttpCode(204)
  @ApiSession()
  @ApiNoContentResponse()
  @ApiErrors(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'auth.invalid_credentials',
    'auth.account_link_conflict',
    'passwords.blank',
    'passwords.confirmation_mismatch',
    'passwords.policy',
    'passwords.reset_required',
    'passwords.reused',
    'request.invalid',
    'cognito.unavailable',
    'overloaded',
  )
  async change(
    @CurrentUser() caller: Principal,
    @Body() body: ChangePasswordRequest,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.deviceCookie.keepDuring(reply, caller.sub, () => this.changes.change(caller, body, language));
  }
}
