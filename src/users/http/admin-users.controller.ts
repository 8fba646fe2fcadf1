import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { AdminUserResponse, FindUsersQuery, FindUsersResponse, SetRolesRequest } from '#contracts';
import { Permissions } from '../../platform/http/access.decorators.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { CurrentUser, type Principal } from '../../platform/http/current-user.decorator.js';
import { AdministrationService } from '../administration.service.js';
import { ProfileService } from '../profile.service.js';
import { UserSearchService } from '../user-search.service.js';
import { toAdminUserResponse } from '../user-response.js';
import { idOf } from './id-of.js';

const ApiUserId = () => ApiParam({ name: 'id', description: 'our key' });

@ApiTags('admin')
@ApiBearerAuth()
@Controller('admin/users')
export class AdminUsersController {
  constructor(
    private readonly search: UserSearchService,
    private readonly administration: AdministrationService,
    private readonly profiles: ProfileService,
  ) {}

  /** GET /admin/users */
  @Get()
  @Permissions('users.read')
  @ApiQuery({ name: 'search', required: false, description: 'how the address begins, or a sub' })
  @ApiQuery({ name: 'after', required: false, description: '`next` of the page before' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 100; 50 when absent' })
  @ApiOkResponse({ type: FindUsersResponse })
  @Answers('auth.token_invalid', 'auth.forbidden', 'request.invalid', 'overloaded')
  async find(@Query() query: FindUsersQuery): Promise<FindUsersResponse> {
    const { records, next } = await this.search.find(query);
    return { users: records.map(toAdminUserResponse), next };
  }

  /** GET /admin/users/:id */
  @Get(':id')
  @Permissions('users.read')
  @ApiUserId()
  @ApiOkResponse({ type: AdminUserResponse })
  @Answers('auth.token_invalid', 'auth.forbidden', 'request.not_found', 'overloaded')
  async read(@Param('id') id: string): Promise<AdminUserResponse> {
    return toAdminUserResponse(await this.search.read(idOf(id)));
  }

  /** PUT /admin/users/:id/roles */
  @Put(':id/roles')
  @Permissions('users.roles')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @Answers(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'request.not_found',
    'request.invalid',
    'overloaded',
  )
  async setRoles(
    @CurrentUser() caller: Principal,
    @Param('id') id: string,
    @Body() { roles }: SetRolesRequest,
  ): Promise<void> {
    await this.administration.setRoles(await this.profiles.of(caller), idOf(id), roles);
  }

  /** POST /admin/users/:id/disable: here and in the pool; all sessions end. */
  @Post(':id/disable')
  @Permissions('users.disable')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @AnswersOfBothSides()
  async disable(@CurrentUser() caller: Principal, @Param('id') id: string): Promise<void> {
    await this.administration.disable(await this.profiles.of(caller), idOf(id));
  }

  /** POST /admin/users/:id/enable: in the pool and here. */
  @Post(':id/enable')
  @Permissions('users.disable')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @AnswersOfBothSides()
  async enable(@CurrentUser() caller: Principal, @Param('id') id: string): Promise<void> {
    await this.administration.enable(await this.profiles.of(caller), idOf(id));
  }

  /** DELETE /admin/users/:id/sessions: all of them, wherever they began. */
  @Delete(':id/sessions')
  @Permissions('sessions.end')
  @HttpCode(204)
  @ApiUserId()
  @ApiNoContentResponse()
  @AnswersOfBothSides()
  async endSessions(@CurrentUser() caller: Principal, @Param('id') id: string): Promise<void> {
    await this.administration.endSessions(await this.profiles.of(caller), idOf(id));
  }

  /** DELETE /admin/users/:id: refused from now on; `erasure` says when the pool has forgotten the person, too. */
  @Delete(':id')
  @Permissions('users.erase')
  @HttpCode(202)
  @ApiUserId()
  @ApiAcceptedResponse({ description: 'The person is refused from now on, and erased on both sides' })
  @AnswersOfBothSides()
  async erase(@CurrentUser() caller: Principal, @Param('id') id: string): Promise<void> {
    await this.administration.erase(await this.profiles.of(caller), idOf(id));
  }
}

function AnswersOfBothSides(): MethodDecorator {
  return Answers(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    'request.not_found',
    'cognito.credentials_missing',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  );
}
