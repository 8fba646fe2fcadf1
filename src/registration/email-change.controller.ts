import { Body, Controller, HttpCode, Put, UseGuards } from '@nestjs/common';
import { ApiAcceptedResponse, ApiTags, ApiOperation } from '@nestjs/swagger';
import { ChangeEmailRequest } from '#contracts';
import { ApiSession } from '../common/http/access.decorators.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CallerLanguage } from '../common/http/caller.decorators.js';
import { CurrentUser, type Principal } from '../common/http/caller.decorators.js';
import { PasswordProofGuard } from '../rate-limit/password-proof.guard.js';
import { RateLimited } from '../rate-limit/rate-limited.decorator.js';
import type { Language } from '../i18n/languages.js';
import { EmailChangeService } from './email-change.service.js';

@ApiTags('users')
@Controller('users')
export class EmailChangeController {
  constructor(private readonly emailChanges: EmailChangeService) {}

  /** PUT /users/me/email. The address changes when the link mailed to the new one is opened. */
  @Put('me/email')
  @ApiOperation({
    operationId: 'changeEmail',
    summary: 'Change the address',
    description:
      "The address changes when the link mailed to the new one is confirmed. The caller's current address cancels a change.",
  })
  @RateLimited('sign-up')
  @UseGuards(PasswordProofGuard)
  @HttpCode(202)
  @ApiSession()
  @ApiAcceptedResponse({ description: 'A mail went to the new address' })
  @ApiErrors(
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
