import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  AdminUserResponse,
  type ErrorCode,
  FindUsersQuery,
  FindUsersResponse,
  ProofRequest,
  RemoveMfaRequest,
  SetRolesRequest,
} from '#contracts';
import { AppError } from '../common/errors/app-error.js';
import { Permissions, recentProofErrors, RecentProof } from '../common/http/access.decorators.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CallerLanguage, CurrentUser, type Principal } from '../common/http/caller.decorators.js';
import { validateDto } from '../common/http/validate-dto.js';
import type { Language } from '../i18n/languages.js';
import { CurrentUserService } from '../users/current-user.service.js';
import { toAdminUserResponse } from '../users/user.js';
import { AdminUserQuery } from './admin-user.query.js';
import { AdminUsersService } from './admin-users.service.js';
import { MfaRemovalService } from './mfa-removal.service.js';

const ApiUserId = () => ApiParam({ name: 'id', description: 'ID of the user' });

@ApiTags('admin')
@ApiBearerAuth()
@Controller('admin/users')
export class AdminUsersController {
  constructor(
    private readonly query: AdminUserQuery,
    private readonly users: AdminUsersService,
    private readonly currentUser: CurrentUserService,
    private readonly mfaRemoval: MfaRemovalService,
  ) {}

  /** GET /admin/users */
  @Get()
  @Permissions('users.read')
  @ApiQuery({ name: 'search', required: false, description: 'beginning of an address, or a sub' })
  @ApiQuery({ name: 'after', required: false, description: '`next` of the previous page' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 100; 50 when absent' })
  @ApiOkResponse({ type: FindUsersResponse })
  @ApiErrors('auth.token_invalid', 'auth.forbidden', 'request.invalid', 'overloaded')
  async find(@Query() query: FindUsersQuery): Promise<FindUsersResponse> {
    const { records, next } = await this.query.find(query);
    return { users: records.map(toAdminUserResponse), next };
  }

  /** GET /admin/users/:id */
  @Get(':id')
  @Permissions('users.read')
  @ApiUserId()
  @ApiOkResponse({ type: AdminUserResponse })
  @ApiErrors('auth.token_invalid', 'auth.forbidden', 'request.not_found', 'overloaded')
  async read(@Param('id') id: string): Promise<AdminUserResponse> {
    return toAdminUserResponse(await this.query.read(parseId(id)));
  }

  /** PUT /admin/users/:id/roles */
  @Put(':id/roles')
  @Permissions('users.roles')
  @RecentProof(SetRolesRequest)
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrors(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    ...recentProofErrors,
    'request.not_found',
    'request.invalid',
    'cognito.unavailable',
    'overloaded',
  )
  async setRoles(
    @CurrentUser() caller: Principal,
    @Param('id') id: string,
    @Body() { roles }: SetRolesRequest,
  ): Promise<void> {
    await this.users.setRoles(await this.currentUser.resolve(caller), parseId(id), roles);
  }

  /** POST /admin/users/:id/disable: disables the row and the pool user, and revokes all sessions. */
  @Post(':id/disable')
  @Permissions('users.disable')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrorsOfBothSides()
  async disable(@CurrentUser() caller: Principal, @Param('id') id: string): Promise<void> {
    await this.users.disable(await this.currentUser.resolve(caller), parseId(id));
  }

  /** POST /admin/users/:id/enable: enables the pool user and the row. */
  @Post(':id/enable')
  @Permissions('users.disable')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrorsOfBothSides()
  async enable(@CurrentUser() caller: Principal, @Param('id') id: string): Promise<void> {
    await this.users.enable(await this.currentUser.resolve(caller), parseId(id));
  }

  /** DELETE /admin/users/:id/sessions: revokes all sessions, including those of other app clients. */
  @Delete(':id/sessions')
  @Permissions('sessions.end')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrorsOfBothSides()
  async endSessions(@CurrentUser() caller: Principal, @Param('id') id: string): Promise<void> {
    await this.users.revokeSessions(await this.currentUser.resolve(caller), parseId(id));
  }

  /** DELETE /admin/users/:id: refuses the user from now on; `erasure` of the user becomes `done` when the pool user is deleted. */
  @Delete(':id')
  @Permissions('users.erase')
  @RecentProof(ProofRequest)
  @HttpCode(202)
  @ApiUserId()
  @ApiAcceptedResponse({
    description: 'The user is refused from now on; the deletion continues in the background',
  })
  @ApiErrorsOfBothSides(...recentProofErrors, 'request.invalid')
  async erase(@CurrentUser() caller: Principal, @Param('id') id: string): Promise<void> {
    await this.users.delete(await this.currentUser.resolve(caller), parseId(id));
  }

  /** DELETE /admin/users/:id/mfa: removes all second factors, or allows the next reset to do so. */
  @Delete(':id/mfa')
  @Permissions('users.mfa')
  @RecentProof(RemoveMfaRequest)
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrorsOfBothSides(...recentProofErrors, 'request.invalid')
  async removeMfa(
    @CurrentUser() caller: Principal,
    @Param('id') id: string,
    @Req() { body }: FastifyRequest,
    @CallerLanguage() language: Language,
  ): Promise<void> {
    const { at } = validateDto(RemoveMfaRequest, body);
    await this.mfaRemoval.remove(await this.currentUser.resolve(caller), parseId(id), at ?? 'now', language);
  }
}

function ApiErrorsOfBothSides(...more: ErrorCode[]): MethodDecorator {
  return ApiErrors(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    ...more,
    'request.not_found',
    'cognito.credentials_missing',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  );
}

/** @throws AppError `request.not_found` for a text that is not a possible `id` */
function parseId(text: string): number {
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(id)) throw new AppError('request.not_found');
  return id;
}
