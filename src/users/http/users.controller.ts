import { Body, Controller, Get, HttpCode, Patch, Put } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChangeEmailRequest, MeResponse, UpdateMeRequest } from '#contracts';
import { CurrentUser, type Principal } from '../../platform/http/current-user.decorator.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { CallerLanguage } from '../../platform/http/caller-language.decorator.js';
import { RateLimited } from '../../platform/rate-limits/rate-limited.decorator.js';
import type { Language } from '../../platform/texts/languages.js';
import { EmailChangeService } from '../email-change.service.js';
import { ProfileChangeService } from '../profile-change.service.js';
import { ProfileService } from '../profile.service.js';
import { toMeResponse } from '../user-response.js';

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(
    private readonly profiles: ProfileService,
    private readonly changes: ProfileChangeService,
    private readonly emailChanges: EmailChangeService,
  ) {}

  /** GET /users/me */
  @Get('me')
  @ApiBearerAuth()
  @ApiOkResponse({ type: MeResponse })
  @Answers(
    'auth.token_invalid',
    'auth.account_link_conflict',
    'cognito.unavailable',
    'cognito.unexpected_answer',
    'overloaded',
  )
  async me(@CurrentUser() principal: Principal): Promise<MeResponse> {
    return toMeResponse(await this.changes.read(await this.profiles.of(principal)));
  }

  /** PATCH /users/me. The whole, as it is afterwards. */
  @Patch('me')
  @ApiBearerAuth()
  @ApiOkResponse({ type: MeResponse })
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'auth.account_link_conflict',
    'request.invalid',
    'cognito.unavailable',
    'cognito.unexpected_answer',
    'overloaded',
  )
  async update(@CurrentUser() principal: Principal, @Body() body: UpdateMeRequest): Promise<MeResponse> {
    return toMeResponse(await this.changes.change(await this.profiles.of(principal), body));
  }

  /** PUT /users/me/email. The old address counts until the new one is confirmed. */
  @Put('me/email')
  @RateLimited('sign-up')
  @HttpCode(202)
  @ApiBearerAuth()
  @ApiAcceptedResponse({ description: 'A mail went to the new address' })
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'auth.invalid_credentials',
    'auth.account_link_conflict',
    'request.invalid',
    'cognito.unavailable',
    'cognito.unexpected_answer',
    'overloaded',
  )
  changeEmail(
    @CurrentUser() caller: Principal,
    @Body() body: ChangeEmailRequest,
    @CallerLanguage() language: Language,
  ): Promise<void> {
    return this.emailChanges.request(caller, body, language);
  }
}
