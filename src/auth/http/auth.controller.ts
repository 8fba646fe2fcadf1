import {
  Body,
  Controller,
  HttpCode,
  Injectable,
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
import { type Language, languageOf } from '../../i18n/languages.js';
import { recordOutcome } from '../../common/http/request-events.js';
import { CsrfGuard } from '../../common/http/csrf.guard.js';
import { Public } from '../../common/http/access.decorators.js';
import type { RateLimitKeyResolver, RateLimitKeys } from '../../rate-limit/rate-limit-key.js';
import { countEvenOnSuccess } from '../../rate-limit/rate-limit.guard.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { DeviceCookie, DeviceRateLimitKey } from '../../sessions/device-cookie.js';
import { SessionCookie } from '../../sessions/session-cookie.js';
import type { Device } from '../../sessions/session.service.js';
import { SessionRevocationService } from '../../sessions/session-revocation.service.js';
import { toUserResponse } from '../../users/user.js';
import { ChallengesService } from '../challenges.service.js';
import { cognitoPassword } from '../cognito-password.strategy.js';
import { RefusalFilter } from '../refusal.filter.js';
import type { SignInEnd } from '../sign-in-monitoring.js';
import { type AnsweredSignIn, type SignInOutcome, SignInService } from '../sign-in.service.js';

/** The limits count the attempts of a user over all challenge sessions. */
@Injectable()
export class ChallengeRateLimitKey implements RateLimitKeyResolver {
  constructor(
    private readonly challenges: ChallengesService,
    private readonly deviceCookie: DeviceCookie,
  ) {}

  accountKey({ body }: FastifyRequest): string | undefined {
    const isObject = typeof body === 'object' && body !== null;
    return isObject && 'session' in body && typeof body.session === 'string'
      ? this.challenges.unseal(body.session)?.userId
      : undefined;
  }

  /** Knows no device in pools whose user names are not the `sub`. */
  async knownCaller(request: FastifyRequest, userId: string): Promise<RateLimitKeys | undefined> {
    const device = await this.deviceCookie.find(request);
    return device?.sub === userId ? { device: device.id } : undefined;
  }
}

@ApiTags('auth')
@Public()
@Controller('auth')
export class AuthController {
  constructor(
    private readonly signIns: SignInService,
    private readonly challenges: ChallengesService,
    private readonly cookie: SessionCookie,
    private readonly deviceCookie: DeviceCookie,
    private readonly origins: CsrfGuard,
    private readonly revocations: SessionRevocationService,
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
    return this.toResponse(outcome, request, reply);
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
    return this.toResponse(await this.signIns.answerChallenge(state, answers, caller), request, reply);
  }

  /** In cookie mode the response has no tokens. */
  private async toResponse(
    outcome: SignInOutcome,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<SignInResponse> {
    const end: SignInEnd = 'challenge' in outcome ? 'challenge' : 'signed_in';
    recordOutcome(reply, end);
    if ('challenge' in outcome) {
      // Each challenge may have cost a text message.
      countEvenOnSuccess(reply);
      return outcome;
    }
    this.deviceCookie.set(reply, outcome.user.sub, outcome.start);
    const user = toUserResponse(outcome.user);
    if (outcome.cookieSecret === undefined) return { user, tokens: outcome.tokens };
    const replaced = this.cookie.read(request);
    if (replaced !== undefined) await this.revocations.revokeReplaced(replaced);
    this.cookie.set(reply, outcome.cookieSecret);
    return { user };
  }
}

/** Characters. Browsers send about 150. */
const maxUserAgentLength = 512;

function deviceOf({ headers, ip }: FastifyRequest): Device {
  return {
    userAgent: headers['user-agent']?.slice(0, maxUserAgentLength),
    address: ip,
    language: languageOf(headers['accept-language']),
  };
}
