import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RefreshRequest, RefreshResponse, SessionResponse, SignOutRequest } from '#contracts';
import { AppError } from '../../platform/errors/app-error.js';
import { AllowEnded } from '../../platform/http/allow-ended.decorator.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { CurrentUser, type Principal } from '../../platform/http/current-user.decorator.js';
import { OriginCheck } from '../../platform/http/origin-check.js';
import { parseBody } from '../../platform/http/parse-body.js';
import { Public } from '../../platform/http/public.decorator.js';
import { RateLimited } from '../../platform/rate-limits/rate-limited.decorator.js';
import { ProfileService } from '../../users/profile.service.js';
import { SessionCookie } from '../session-cookie.js';
import { SessionsService } from '../sessions.service.js';
import { SignOutService } from '../sign-out.service.js';

@ApiTags('auth')
@Controller('auth')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly signOuts: SignOutService,
    private readonly cookie: SessionCookie,
    private readonly originCheck: OriginCheck,
    private readonly profiles: ProfileService,
  ) {}

  /** POST /auth/refresh. The body wins over the cookie. */
  @Public()
  @Post('refresh')
  @RateLimited('refresh')
  @HttpCode(200)
  @ApiBody({ type: RefreshRequest, required: false })
  @ApiOkResponse({ type: RefreshResponse })
  @ApiNoContentResponse({ description: 'The session of the cookie was renewed' })
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'request.invalid',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  )
  async refresh(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RefreshResponse | undefined> {
    const { refreshToken } = parseBody(RefreshRequest, bodyOf(request));
    if (refreshToken) return { tokens: await this.sessions.refresh(refreshToken) };
    const secret = this.secretOf(request);
    if (secret === undefined) throw new AppError('auth.token_invalid');
    await this.sessions.refreshByCookie(secret);
    reply.status(204);
  }

  /** POST /auth/sign-out. Nothing to sign out of is no error. */
  @Public()
  @Post('sign-out')
  @RateLimited('sign-out')
  @HttpCode(204)
  @ApiBody({ type: SignOutRequest, required: false })
  @ApiNoContentResponse()
  @Answers('auth.csrf', 'request.invalid', 'cognito.unavailable', 'overloaded')
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { refreshToken } = parseBody(SignOutRequest, bodyOf(request));
    if (refreshToken) return this.signOuts.end(refreshToken);
    const secret = this.secretOf(request);
    if (secret === undefined) return;
    await this.signOuts.endByCookie(secret);
    this.cookie.clear(reply);
  }

  /** POST /auth/sign-out-everywhere */
  @Post('sign-out-everywhere')
  @AllowEnded()
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiNoContentResponse()
  @Answers('auth.token_invalid', 'auth.csrf', 'auth.forbidden', 'cognito.unavailable', 'overloaded')
  async signOutEverywhere(
    @CurrentUser() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.signOuts.endEverywhere(principal);
    this.cookie.clear(reply);
  }

  /** GET /auth/sessions: the caller's live ones, newest use first. */
  @Get('sessions')
  @ApiBearerAuth()
  @ApiOkResponse({ type: SessionResponse, isArray: true })
  @Answers('auth.token_invalid', 'cognito.unexpected_answer', 'cognito.unavailable', 'overloaded')
  async list(@CurrentUser() principal: Principal): Promise<SessionResponse[]> {
    await this.profiles.of(principal);
    return this.signOuts.list(principal);
  }

  /** DELETE /auth/sessions/:id */
  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiParam({ name: 'id', description: 'from the list of sessions' })
  @ApiNoContentResponse()
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'request.not_found',
    'request.invalid',
    'cognito.unavailable',
    'overloaded',
  )
  async endOne(@CurrentUser() principal: Principal, @Param('id') id: string): Promise<void> {
    await this.profiles.of(principal);
    await this.signOuts.endOne(principal, id);
  }

  private secretOf(request: FastifyRequest): string | undefined {
    const secret = this.cookie.read(request);
    if (secret !== undefined) this.originCheck.check(request);
    return secret;
  }
}

/** Browsers with the cookie need send nothing at all. */
const bodyOf = ({ body }: FastifyRequest): unknown => (body === undefined ? {} : body);
