import { Body, Controller, Delete, Get, HttpCode, Post, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  type ErrorCode,
  MfaResponse,
  ProofRequest,
  TotpEnrolmentResponse,
  VerifyTotpRequest,
} from '#contracts';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CallerLanguage, CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { ApiSession, recentProofErrors, RecentProof } from '../../common/http/access.decorators.js';
import type { Language } from '../../i18n/languages.js';
import { DeviceCookie } from '../../sessions/device-cookie.js';
import { TotpService } from '../totp.service.js';

@ApiTags('mfa')
@ApiSession()
@Controller('auth/mfa')
export class MfaController {
  constructor(
    private readonly totp: TotpService,
    private readonly deviceCookie: DeviceCookie,
  ) {}

  /** GET /auth/mfa */
  @Get()
  @ApiOperation({
    operationId: 'getMfa',
    summary: 'Read second factors',
    description: 'The second factors that are enabled for the caller, and the preferred one.',
  })
  @ApiOkResponse({ type: MfaResponse })
  @ApiErrors(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'auth.account_link_conflict',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  )
  read(@CurrentUser() caller: Principal): Promise<MfaResponse> {
    return this.totp.read(caller);
  }

  /** POST /auth/mfa/totp */
  @Post('totp')
  @ApiOperation({
    operationId: 'enrolTotp',
    summary: 'Enrol an authenticator app',
    description:
      'Answers a new secret, also as a QR code. The app counts once `verifyTotp` has accepted its code. Needs a recent proof.',
  })
  @HttpCode(200)
  @RecentProof(ProofRequest)
  @ApiOkResponse({ type: TotpEnrolmentResponse })
  @AnswersOfFactors('cognito.unexpected_answer')
  enrol(@CurrentUser() caller: Principal): Promise<TotpEnrolmentResponse> {
    return this.totp.enrol(caller);
  }

  /** POST /auth/mfa/totp/verify */
  @Post('totp/verify')
  @ApiOperation({
    operationId: 'verifyTotp',
    summary: 'Verify an authenticator app',
    description: 'Enables the app with its first code, and revokes the other sessions of the caller.',
  })
  @HttpCode(204)
  @RecentProof(VerifyTotpRequest, { orEnrolment: true })
  @ApiNoContentResponse()
  @AnswersOfFactors('auth.code_wrong', 'auth.code_expired')
  verify(
    @CurrentUser() caller: Principal,
    @Body() body: VerifyTotpRequest,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return this.deviceCookie.keepDuring(reply, caller.sub, () => this.totp.verify(caller, body, language));
  }

  /** DELETE /auth/mfa/totp */
  @Delete('totp')
  @ApiOperation({
    operationId: 'disableTotp',
    summary: 'Remove the authenticator app',
    description: 'Revokes the other sessions of the caller. Needs a recent proof.',
  })
  @HttpCode(204)
  @RecentProof(ProofRequest)
  @ApiNoContentResponse()
  @AnswersOfFactors()
  disable(
    @CurrentUser() caller: Principal,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return this.deviceCookie.keepDuring(reply, caller.sub, () => this.totp.disable(caller, language));
  }
}

function AnswersOfFactors(...more: ErrorCode[]): MethodDecorator {
  return ApiErrors(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'auth.account_link_conflict',
    ...more,
    ...recentProofErrors,
    'request.invalid',
    'cognito.unavailable',
    'overloaded',
  );
}
