import { Body, Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { TotpEnrolmentResponse, VerifyTotpRequest } from '#contracts';
import { Answers } from '../../platform/http/answers.decorator.js';
import { CurrentUser, type Principal } from '../../platform/http/current-user.decorator.js';
import { TotpService } from '../totp.service.js';

@ApiTags('auth')
@ApiBearerAuth()
@Controller('auth/mfa/totp')
export class MfaController {
  constructor(private readonly totp: TotpService) {}

  /** POST /auth/mfa/totp */
  @Post()
  @HttpCode(200)
  @ApiOkResponse({ type: TotpEnrolmentResponse })
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'auth.account_link_conflict',
    'request.invalid',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  )
  enrol(@CurrentUser() caller: Principal): Promise<TotpEnrolmentResponse> {
    return this.totp.enrol(caller);
  }

  /** POST /auth/mfa/totp/verify */
  @Post('verify')
  @HttpCode(204)
  @ApiNoContentResponse()
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'auth.account_link_conflict',
    'auth.code_wrong',
    'auth.code_expired',
    'request.invalid',
    'cognito.unavailable',
    'overloaded',
  )
  verify(@CurrentUser() caller: Principal, @Body() body: VerifyTotpRequest): Promise<void> {
    return this.totp.verify(caller, body);
  }

  /** DELETE /auth/mfa/totp */
  @Delete()
  @HttpCode(204)
  @ApiNoContentResponse()
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'auth.account_link_conflict',
    'cognito.unavailable',
    'overloaded',
  )
  disable(@CurrentUser() caller: Principal): Promise<void> {
    return this.totp.disable(caller);
  }
}
