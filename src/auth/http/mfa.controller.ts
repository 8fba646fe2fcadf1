import { Body, Controller, Delete, Get, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
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
import { recentProofErrors, RecentProof } from '../../common/http/access.decorators.js';
import type { Language } from '../../i18n/languages.js';
import { DeviceCookie } from '../../sessions/device-cookie.js';
import { TotpService } from '../totp.service.js';

@ApiTags('auth')
@ApiBearerAuth()
@Controller('auth/mfa')
export class MfaController {
  constructor(
    private readonly totp: TotpService,
    private readonly deviceCookie: DeviceCookie,
  ) {}

  /** GET /auth/mfa */
  @Get()
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
  @HttpCode(200)
  @RecentProof(ProofRequest)
  @ApiOkResponse({ type: TotpEnrolmentResponse })
  @AnswersOfFactors('cognito.unexpected_answer')
  enrol(@CurrentUser() caller: Principal): Promise<TotpEnrolmentResponse> {
    return this.totp.enrol(caller);
  }

  /** POST /auth/mfa/totp/verify */
  @Post('totp/verify')
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
    return this.keepDevice(caller, reply, () => this.totp.verify(caller, body, language));
  }

  /** DELETE /auth/mfa/totp */
  @Delete('totp')
  @HttpCode(204)
  @RecentProof(ProofRequest)
  @ApiNoContentResponse()
  @AnswersOfFactors()
  disable(
    @CurrentUser() caller: Principal,
    @CallerLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return this.keepDevice(caller, reply, () => this.totp.disable(caller, language));
  }

  /** A change of factors invalidates all device cookies of the caller; the browser that made it gets a new one. */
  private async keepDevice(
    { sub }: Principal,
    reply: FastifyReply,
    change: () => Promise<void>,
  ): Promise<void> {
    const device = await this.deviceCookie.find(reply.request);
    await change();
    if (device?.sub === sub) await this.deviceCookie.renew(reply, device);
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
