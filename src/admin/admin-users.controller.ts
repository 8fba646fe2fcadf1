import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Param,
  type PipeTransform,
  Post,
  Put,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiParam,
  ApiQuery,
  ApiTags,
  ApiOperation,
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
  type UserId,
} from '#contracts';
import { type MigrationConfig, migrationConfig } from '../common/config/migration.config.js';
import { Database } from '../common/database/database.js';
import { parseUserId } from '../common/database/users-columns.js';
import { AppError } from '../common/errors/app-error.js';
import { ApiSession, Permissions, recentProofErrors, RecentProof } from '../common/http/access.decorators.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CallerLanguage, CurrentUser, type Principal } from '../common/http/caller.decorators.js';
import { validateDto } from '../common/http/validate-dto.js';
import type { Language } from '../i18n/languages.js';
import { CurrentUserService } from '../users/current-user.service.js';
import type { User } from '../users/user.entity.js';
import { toAdminUserResponse } from '../users/user.js';
import { AdminUserQuery } from './admin-user.query.js';
import { AdminUsersService } from './admin-users.service.js';
import { MfaRemovalService } from './mfa-removal.service.js';

const ApiUserId = () =>
  ApiParam({
    name: 'id',
    description: 'ID of the user',
    schema: { oneOf: [{ type: 'integer' }, { type: 'string' }] },
  });

/** Refuses a text that cannot be the key of a row: `request.not_found`. */
@Injectable()
class UserIdPipe implements PipeTransform<string, UserId> {
  constructor(private readonly database: Database) {}

  transform(text: string): UserId {
    const id = parseUserId(text, this.database.usersTable);
    if (id === undefined) throw new AppError('request.not_found');
    return id;
  }
}

const UserIdParam = () => Param('id', UserIdPipe);

@ApiTags('admin')
@ApiSession()
@Controller('admin/users')
export class AdminUsersController {
  constructor(
    private readonly query: AdminUserQuery,
    private readonly users: AdminUsersService,
    private readonly currentUser: CurrentUserService,
    private readonly mfaRemoval: MfaRemovalService,
    @Inject(migrationConfig.KEY) private readonly config: Pick<MigrationConfig, 'unlockInSeconds'>,
  ) {}

  private toResponse(record: User): AdminUserResponse {
    return toAdminUserResponse(record, this.config.unlockInSeconds);
  }

  /** GET /admin/users */
  @Get()
  @ApiOperation({
    operationId: 'findUsers',
    summary: 'Find users',
    description:
      'Users by the beginning of their address, or by `sub`, ordered by address. Needs `users.read`.',
  })
  @Permissions('users.read')
  @ApiQuery({
    name: 'search',
    required: false,
    type: String,
    description: 'beginning of an address, or a sub',
  })
  @ApiQuery({ name: 'after', required: false, type: String, description: '`next` of the previous page' })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
  })
  @ApiOkResponse({ type: FindUsersResponse })
  @ApiErrors('auth.token_invalid', 'auth.forbidden', 'request.invalid', 'overloaded')
  async find(@Query() query: FindUsersQuery): Promise<FindUsersResponse> {
    const { records, next } = await this.query.find(query);
    return { users: records.map((record) => this.toResponse(record)), next };
  }

  /** GET /admin/users/:id */
  @Get(':id')
  @ApiOperation({ operationId: 'getUser', summary: 'Read a user', description: 'Needs `users.read`.' })
  @Permissions('users.read')
  @ApiUserId()
  @ApiOkResponse({ type: AdminUserResponse })
  @ApiErrors('auth.token_invalid', 'auth.forbidden', 'request.not_found', 'overloaded')
  async read(@UserIdParam() id: UserId): Promise<AdminUserResponse> {
    return this.toResponse(await this.query.read(id));
  }

  /** PUT /admin/users/:id/roles */
  @Put(':id/roles')
  @ApiOperation({
    operationId: 'setUserRoles',
    summary: 'Replace the roles of a user',
    description: 'Needs `users.roles` and a recent proof. Administrators cannot remove their own role.',
  })
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
    @UserIdParam() id: UserId,
    @Body() { roles }: SetRolesRequest,
  ): Promise<void> {
    await this.users.setRoles(await this.currentUser.resolve(caller), id, roles);
  }

  /** POST /admin/users/:id/disable: disables the row and the pool user, and revokes all sessions. */
  @Post(':id/disable')
  @ApiOperation({
    operationId: 'disableUser',
    summary: 'Disable a user',
    description: 'Disables the row and the pool user, and revokes all sessions. Needs `users.disable`.',
  })
  @Permissions('users.disable')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrorsOfBothSides()
  async disable(@CurrentUser() caller: Principal, @UserIdParam() id: UserId): Promise<void> {
    await this.users.disable(await this.currentUser.resolve(caller), id);
  }

  /** POST /admin/users/:id/enable: enables the pool user and the row. */
  @Post(':id/enable')
  @ApiOperation({
    operationId: 'enableUser',
    summary: 'Enable a user',
    description: 'Enables the pool user and the row. Needs `users.disable`.',
  })
  @Permissions('users.disable')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrorsOfBothSides()
  async enable(@CurrentUser() caller: Principal, @UserIdParam() id: UserId): Promise<void> {
    await this.users.enable(await this.currentUser.resolve(caller), id);
  }

  /** DELETE /admin/users/:id/sessions: revokes all sessions, including those of other app clients. */
  @Delete(':id/sessions')
  @ApiOperation({
    operationId: 'revokeUserSessions',
    summary: 'Revoke all sessions of a user',
    description: 'Including those of other app clients. Needs `sessions.end`.',
  })
  @Permissions('sessions.end')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrorsOfBothSides()
  async endSessions(@CurrentUser() caller: Principal, @UserIdParam() id: UserId): Promise<void> {
    await this.users.revokeSessions(await this.currentUser.resolve(caller), id);
  }

  /** DELETE /admin/users/:id: refuses the user from now on; `erasure` of the user becomes `done` when the pool user is deleted. */
  @Delete(':id')
  @ApiOperation({
    operationId: 'deleteUser',
    summary: 'Delete a user',
    description:
      'Refuses the user from now on; `erasure` of the user becomes `done` when the pool user is deleted. Needs `users.erase` and a recent proof.',
  })
  @Permissions('users.erase')
  @RecentProof(ProofRequest)
  @HttpCode(202)
  @ApiUserId()
  @ApiAcceptedResponse({
    description: 'The user is refused from now on; the deletion continues in the background',
  })
  @ApiErrorsOfBothSides(...recentProofErrors, 'request.invalid')
  async erase(@CurrentUser() caller: Principal, @UserIdParam() id: UserId): Promise<void> {
    await this.users.delete(await this.currentUser.resolve(caller), id);
  }

  /** DELETE /admin/users/:id/mfa: removes all second factors, or allows the next reset to do so. */
  @Delete(':id/mfa')
  @ApiOperation({
    operationId: 'removeUserMfa',
    summary: 'Remove the second factors of a user',
    description:
      'At once, or by allowing the next password reset to do so. Needs `users.mfa` and a recent proof.',
  })
  @Permissions('users.mfa')
  @RecentProof(RemoveMfaRequest)
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @ApiErrorsOfBothSides(...recentProofErrors, 'request.invalid')
  async removeMfa(
    @CurrentUser() caller: Principal,
    @UserIdParam() id: UserId,
    @Req() { body }: FastifyRequest,
    @CallerLanguage() language: Language,
  ): Promise<void> {
    const { at } = validateDto(RemoveMfaRequest, body);
    await this.mfaRemoval.remove(await this.currentUser.resolve(caller), id, at ?? 'now', language);
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
