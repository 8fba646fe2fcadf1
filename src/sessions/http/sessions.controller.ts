import { Controller, Delete, Get, HttpCode, Injectable, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiParam,
  ApiQuery,
  ApiTags,
  ApiCookieAuth,
  ApiOperation,
  ApiSecurity,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ListSessionsQuery,
  RefreshRequest,
  RefreshResponse,
  SessionResponse,
  SignOutRequest,
} from '#contracts';
import { AppError, isAppError } from '../../common/errors/app-error.js';
import { ApiSession, AllowRevokedSession, Public } from '../../common/http/access.decorators.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { CsrfGuard } from '../../common/http/csrf.guard.js';
import { validateDto } from '../../common/http/validate-dto.js';
import type { RateLimitKeyResolver } from '../../rate-limit/rate-limit-key.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { CurrentUserService } from '../../users/current-user.service.js';
import { SessionsRepository } from '../persistence/sessions.repository.js';
import { SessionCookie } from '../session-cookie.js';
import { SessionService } from '../session.service.js';
import { SignOutService } from '../sign-out.service.js';
import { TokenRefreshService } from '../token-refresh.service.js';

/** The `sub` of the session, or the refresh token if Usher did not issue it. */
@Injectable()
export class RefreshRateLimitKey implements RateLimitKeyResolver {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly cookie: SessionCookie,
  ) {}

  async accountKey(request: FastifyRequest): Promise<string | undefined> {
    const refreshToken = refreshTokenOf(request);
    const secret = this.cookie.read(request);
    try {
      if (refreshToken !== undefined)
        return (await this.sessions.findByRefreshToken(refreshToken))?.sub ?? refreshToken;
      return secret === undefined ? undefined : (await this.sessions.findByCookie(secret))?.sub;
    } catch (error) {
      if (isAppError(error, 'overloaded')) return refreshToken ?? secret;
      throw error;
    }
  }
}

function refreshTokenOf({ body }: FastifyRequest): string | undefined {
  if (typeof body !== 'object' || body === null || !('refreshToken' in body)) return undefined;
  return typeof body.refreshToken === 'string' && body.refreshToken !== '' ? body.refreshToken : undefined;
}

@ApiTags('sessions')
@Controller('auth')
export class SessionsController {
  constructor(
    private readonly sessions: SessionService,
    private readonly tokens: TokenRefreshService,
    private readonly signOuts: SignOutService,
    private readonly cookie: SessionCookie,
    private readonly csrf: CsrfGuard,
    private readonly currentUser: CurrentUserService,
  ) {}

  /** POST /auth/refresh. The body takes precedence over the cookie. */
  @Public()
  @Post('refresh')
  @ApiSecurity({})
  @ApiCookieAuth()
  @ApiOperation({
    operationId: 'refreshSession',
    summary: 'Refresh a session',
    description:
      'With `refreshToken`, answers new tokens. With the session cookie, renews the session and answers 204. The body takes precedence.',
  })
  @RateLimited('refresh', RefreshRateLimitKey)
  @HttpCode(200)
  @ApiBody({ type: RefreshRequest, required: false })
  @ApiOkResponse({ type: RefreshResponse })
  @ApiNoContentResponse({ description: 'The session of the cookie was refreshed' })
  @ApiErrors(
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
    const { refreshToken } = validateDto(RefreshRequest, bodyOf(request));
    if (refreshToken) return { tokens: await this.tokens.refresh(refreshToken) };
    const secret = this.secretOf(request);
    if (secret === undefined) throw new AppError('auth.token_invalid');
    await this.tokens.refreshByCookie(secret);
    reply.status(204);
  }

  /** POST /auth/sign-out. Succeeds without a session too. */
  @Public()
  @Post('sign-out')
  @ApiSecurity({})
  @ApiCookieAuth()
  @ApiOperation({
    operationId: 'signOut',
    summary: 'Sign out',
    description: 'Revokes the session of the refresh token or of the cookie. Succeeds without a session too.',
  })
  @RateLimited('sign-out')
  @HttpCode(204)
  @ApiBody({ type: SignOutRequest, required: false })
  @ApiNoContentResponse()
  @ApiErrors('auth.csrf', 'request.invalid', 'cognito.unavailable', 'overloaded')
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { refreshToken } = validateDto(SignOutRequest, bodyOf(request));
    if (refreshToken) return this.signOuts.signOut(refreshToken);
    const secret = this.secretOf(request);
    if (secret === undefined) return;
    await this.signOuts.signOutByCookie(secret);
    this.cookie.clear(reply);
  }

  /** POST /auth/sign-out-everywhere */
  @Post('sign-out-everywhere')
  @ApiOperation({
    operationId: 'signOutEverywhere',
    summary: 'Sign out everywhere',
    description: 'Revokes all sessions of the caller, including those of other app clients.',
  })
  @AllowRevokedSession()
  @HttpCode(204)
  @ApiSession()
  @ApiNoContentResponse()
  @ApiErrors('auth.token_invalid', 'auth.csrf', 'auth.forbidden', 'cognito.unavailable', 'overloaded')
  async signOutEverywhere(
    @CurrentUser() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.signOuts.signOutEverywhere(principal);
    this.cookie.clear(reply);
  }

  /** GET /auth/sessions: the caller's live sessions, last used first. The header `Link` has the next page (RFC 8288). */
  @Get('sessions')
  @ApiOperation({
    operationId: 'listSessions',
    summary: 'List sessions',
    description: "The caller's live sessions, last used first. The header `Link` has the next page.",
  })
  @ApiSession()
  @ApiQuery({
    name: 'after',
    required: false,
    type: String,
    description: 'from the `Link` of the previous page',
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 50, default: 50 },
  })
  @ApiOkResponse({
    type: SessionResponse,
    isArray: true,
    headers: {
      Link: { description: 'the next page with rel="next", if there is one', schema: { type: 'string' } },
    },
  })
  @ApiErrors(
    'auth.token_invalid',
    'request.invalid',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  )
  async list(
    @CurrentUser() principal: Principal,
    @Query() query: ListSessionsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse[]> {
    await this.currentUser.resolve(principal);
    const { sessions, next } = await this.sessions.list(principal, query);
    if (next !== undefined) {
      const parameters = new URLSearchParams({ after: next, ...(query.limit && { limit: query.limit }) });
      reply.header('link', `</auth/sessions?${parameters.toString()}>; rel="next"`);
    }
    return sessions;
  }

  /** DELETE /auth/sessions/:id */
  @Delete('sessions/:id')
  @ApiOperation({
    operationId: 'revokeSession',
    summary: 'Revoke a session',
    description: 'Every process refuses the session within two seconds.',
  })
  @HttpCode(204)
  @ApiSession()
  @ApiParam({
    name: 'id',
    description: 'from the list of sessions',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiNoContentResponse()
  @ApiErrors(
    'auth.token_invalid',
    'auth.csrf',
    'request.not_found',
    'request.invalid',
    'cognito.unavailable',
    'overloaded',
  )
  async signOutById(@CurrentUser() principal: Principal, @Param('id') id: string): Promise<void> {
    await this.signOuts.signOutById(principal, await this.currentUser.resolve(principal), id);
  }

  private secretOf(request: FastifyRequest): string | undefined {
    const secret = this.cookie.read(request);
    if (secret !== undefined) this.csrf.check(request);
    return secret;
  }
}

/** With a cookie the body is optional. */
const bodyOf = ({ body }: FastifyRequest): unknown => (body === undefined ? {} : body);
