import { Body, Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChallengeRequest, SignInRequest, SignInResponse } from '#contracts';
import { Answers } from '../../platform/http/answers.decorator.js';
import { CallerLanguage } from '../../platform/http/caller-language.decorator.js';
import type { Language } from '../../platform/texts/languages.js';
import { noteOutcome } from '../../platform/http/finished-requests.js';
import { OriginCheck } from '../../platform/http/origin-check.js';
import { Public } from '../../platform/http/public.decorator.js';
import { countAsTry } from '../../platform/rate-limits/rate-limit.guard.js';
import { RateLimited } from '../../platform/rate-limits/rate-limited.decorator.js';
import { SessionCookie } from '../../sessions/session-cookie.js';
import { deviceOf } from '../../sessions/session-device.js';
import { toUserResponse } from '../../users/user-response.js';
import { AccountOfChallenge } from '../account-of-challenge.js';
import { ChallengeSessions } from '../challenge-sessions.js';
import { CognitoPasswordGuard } from '../cognito-password.guard.js';
import type { SignInEnd } from '../sign-in-monitoring.js';
import { type SignInOutcome, SignInService } from '../sign-in.service.js';

@ApiTags('auth')
@Public()
@Controller('auth')
export class AuthController {
  constructor(
    private readonly signIns: SignInService,
    private readonly challenges: ChallengeSessions,
    private readonly cookie: SessionCookie,
    private readonly origins: OriginCheck,
  ) {}

  /** POST /auth/sign-in */
  @Post('sign-in')
  @HttpCode(200)
  @RateLimited('sign-in')
  @UseGuards(CognitoPasswordGuard)
  @ApiBody({ type: SignInRequest })
  @ApiOkResponse({ type: SignInResponse })
  @Answers(
    'auth.invalid_credentials',
    'auth.csrf',
    'auth.account_link_conflict',
    'auth.challenge_unsupported',
    'passwords.reset_required',
    'request.invalid',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  )
  signIn(
    @Req() { user: outcome }: { user: SignInOutcome },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): SignInResponse {
    return this.present(outcome, reply);
  }

  /** POST /auth/challenge */
  @Post('challenge')
  @HttpCode(200)
  @RateLimited('challenge', AccountOfChallenge)
  @ApiOkResponse({ type: SignInResponse })
  @Answers(
    'auth.challenge_expired',
    'auth.code_wrong',
    'auth.code_expired',
    'auth.invalid_credentials',
    'auth.csrf',
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
    const step = this.challenges.open(session);
    if (step.mode === 'cookie') this.origins.check(request);
    const caller = { device: deviceOf(request), language };
    return this.present(await this.signIns.answer(step, answers, caller), reply);
  }

  /** With a cookie, the tokens stay here. */
  private present(outcome: SignInOutcome, reply: FastifyReply): SignInResponse {
    const end: SignInEnd = 'challenge' in outcome ? 'challenge' : 'signed_in';
    noteOutcome(reply, end);
    if ('challenge' in outcome) {
      // Each may have cost a text message, and nobody is signed in.
      countAsTry(reply);
      return outcome;
    }
    const user = toUserResponse(outcome.user);
    if (outcome.cookieSecret === undefined) return { user, tokens: outcome.tokens };
    this.cookie.set(reply, outcome.cookieSecret);
    return { user };
  }
}
