import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiConsumes, ApiOkResponse, ApiTags, ApiOperation } from '@nestjs/swagger';
import { MeResponse, UpdateMeRequest } from '#contracts';
import { mergePatch } from '../common/http/body-parsers.js';
import { CurrentUser, type Principal } from '../common/http/caller.decorators.js';
import { ApiSession } from '../common/http/access.decorators.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { ProfileService } from './profile.service.js';
import { CurrentUserService } from './current-user.service.js';
import { toMeResponse } from './user.js';

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(
    private readonly currentUser: CurrentUserService,
    private readonly profiles: ProfileService,
  ) {}

  /** GET /users/me */
  @Get('me')
  @ApiOperation({
    operationId: 'getMe',
    summary: 'Read the signed-in user',
    description: 'The record of the caller, with the permissions of the roles.',
  })
  @ApiSession()
  @ApiOkResponse({ type: MeResponse })
  @ApiErrors(
    'auth.token_invalid',
    'auth.account_link_conflict',
    'cognito.unavailable',
    'cognito.unexpected_answer',
    'overloaded',
  )
  async me(@CurrentUser() principal: Principal): Promise<MeResponse> {
    return toMeResponse(await this.currentUser.read(principal));
  }

  /** PATCH /users/me: a JSON Merge Patch (RFC 7396). Returns the changed user. */
  @Patch('me')
  @ApiOperation({
    operationId: 'updateMe',
    summary: 'Change the signed-in user',
    description: 'A JSON Merge Patch (RFC 7396): absent members stay unchanged. Answers the changed user.',
  })
  @ApiConsumes('application/json', mergePatch)
  @ApiSession()
  @ApiOkResponse({ type: MeResponse })
  @ApiErrors(
    'auth.token_invalid',
    'auth.csrf',
    'auth.account_link_conflict',
    'request.invalid',
    'cognito.unavailable',
    'cognito.unexpected_answer',
    'overloaded',
  )
  async update(@CurrentUser() principal: Principal, @Body() body: UpdateMeRequest): Promise<MeResponse> {
    return toMeResponse(await this.profiles.change(await this.currentUser.resolve(principal), body));
  }
}
