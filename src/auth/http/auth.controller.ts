import {
  Body,
  Controller,
  HttpCode,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { ApiBody, ApiOkResponse, ApiTags, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChallengeRequest, SignInRequest, SignInResponse } from '#contracts';
import { AppError } from '../../common/errors/app-error.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CallerLanguage } from '../../common/http/caller.decorators.js';
import { PasswordMinimumInterceptor } from '../../credentials/password-minimum.interceptor.js';
import type { Language } from '../../i18n/languages.js';
import { CsrfGuard } from '../../common/http/csrf.guard.js';
import { Public } from '../../common/http/access.decorators.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { DeviceRateLimitKey } from '../../sessions/device-cookie.js';
import { ChallengeRateLimitKey } from '../challenge-rate-limit-key.js';
import { ChallengesService } from '../challenges.service.js';
import { cognitoPassword } from '../cognito-password.strategy.js';
import { RefusalFilter } from '../refusal.filter.js';
import { deviceOf, SignInResult } from '../sign-in-result.js';
import { type AnsweredSignIn, SignInService } from '../sign-in.service.js';

@ApiTags('auth')
@Public()
@Controller('auth')
export class AuthController {
  constructor(
    private readonly signIns: SignInService,
    private readonly challenges: ChallengesService,
    private readonly results: SignInResult,
    private readonly origins: CsrfGuard,
  ) {}

  /** POST /auth/sign-in */
  @Post('sign-in')
  @ApiOperation({
    operationId: 'signIn',
    summary: 'Sign in',
    description:
      'Answers `user` and `tokens`, `user` alone with the session in a cookie, or a `challenge`. A refusal has one answer for all reasons, after one time.',
  })
  @HttpCode(200)
  @RateLimited('sign-in', DeviceRateLimitKey)
  @UseGuards(AuthGuard(cognitoPassword))
  @UseFilters(RefusalFilter)
  @ApiBody({ type: SignInRequest })
  @ApiOkResponse({ type: SignInResponse })
  @ApiErrors(
    'auth.invalid_credentials',
    'auth.csrf',
    'auth.cookie_cross_site',
    'auth.account_link_conflict',
    'auth.challenge_unsupported',
    'passwords.reset_required',
    'request.invalid',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  )
  async signIn(
    @Req() request: FastifyRequest & { user: AnsweredSignIn },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignInResponse> {
    const outcome = await this.signIns.completeSignIn(request.user, deviceOf(request));
    return this.results.respond(outcome, reply);
  }

  /** POST /auth/challenge */
  @Post('challenge')
  @ApiOperation({
    operationId: 'answerChallenge',
    summary: 'Answer a challenge',
    description:
      'Continues a sign-in with the values that `asks` of the challenge names. After a wrong answer the same session can be used again.',
  })
  @HttpCode(200)
  @RateLimited('challenge', ChallengeRateLimitKey)
  @UseInterceptors(PasswordMinimumInterceptor)
  @ApiOkResponse({ type: SignInResponse })
  @ApiErrors(
    'auth.challenge_expired',
    'auth.code_wrong',
    'auth.code_expired',
    'auth.invalid_credentials',
    'auth.csrf',
    'auth.cookie_cross_site',
    'auth.account_link_conflict',
    'auth.challenge_unsupported',
    'passwords.policy',
    'passwords.reused',
    'request.invalid',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  )
  async challenge(
    @Body() { session, answers }: ChallengeRequest,
    @CallerLanguage() language: Language,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignInResponse> {
    const state = this.challenges.unseal(session);
    if (state === undefined) throw new AppError('auth.challenge_expired');
    if (state.mode === 'cookie') this.origins.checkCookieSignIn(request);
    const caller = { device: deviceOf(request), language };
    return this.results.respond(await this.signIns.answerChallenge(state, answers, caller), reply);
  }
}
