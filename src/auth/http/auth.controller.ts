import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RefreshRequest, RefreshResponse, SignInRequest, SignInResponse, SignOutRequest } from '#contracts';
import { Answers } from '../../platform/http/answers.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { toUserResponse } from '../../users/user-response.js';
import { ChallengeSessions } from '../challenge-sessions.js';
import { CognitoPasswordGuard } from '../cognito-password.guard.js';
import type { SignInOutcome } from '../sign-in.service.js';

@ApiTags('auth')
@Public()
@Controller('auth')
export class AuthController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly challenges: ChallengeSessions,
  ) {}

  /** POST /auth/sign-in */
  @Post('sign-in')
  @HttpCode(200)
  @UseGuards(CognitoPasswordGuard)
  @ApiBody({ type: SignInRequest })
  @ApiOkResponse({ type: SignInResponse })
  @Answers(
    'auth.invalid_credentials',
    'auth.account_link_conflict',
    'request.invalid',
    'cognito.unexpected_answer',
    'cognito.unavailable',
  )
  signIn(@Req() { user: outcome }: { user: SignInOutcome }): SignInResponse {
    if ('challenge' in outcome)
      return { challenge: this.challenges.issue(outcome.username, outcome.challenge) };
    return { user: toUserResponse(outcome.user), tokens: outcome.tokens };
  }

  /** POST /auth/refresh */
  @Post('refresh')
  @HttpCode(200)
  @ApiOkResponse({ type: RefreshResponse })
  @Answers('auth.token_invalid', 'request.invalid', 'cognito.unexpected_answer', 'cognito.unavailable')
  async refresh(@Body() { refreshToken }: RefreshRequest): Promise<RefreshResponse> {
    return { tokens: await this.sessions.refresh(refreshToken) };
  }

  /** POST /auth/sign-out */
  @Post('sign-out')
  @HttpCode(204)
  @ApiNoContentResponse()
  @Answers('request.invalid', 'cognito.unavailable')
  async signOut(@Body() { refreshToken }: SignOutRequest): Promise<void> {
    await this.sessions.end(refreshToken);
  }
}
