import { Controller, Delete, HttpCode, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ProofRequest } from '#contracts';
import { ApiSession, recentProofErrors, RecentProof } from '../common/http/access.decorators.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { CurrentUser, type Principal } from '../common/http/caller.decorators.js';
import { DeviceCookie } from '../sessions/device-cookie.js';
import { SessionCookie } from '../sessions/session-cookie.js';
import { CurrentUserService } from '../users/current-user.service.js';
import { AccountDeletionService } from './account-deletion.service.js';

@ApiTags('users')
@Controller('users')
export class AccountDeletionController {
  constructor(
    private readonly currentUser: CurrentUserService,
    private readonly deletion: AccountDeletionService,
    private readonly sessionCookie: SessionCookie,
    private readonly deviceCookie: DeviceCookie,
  ) {}

  /** DELETE /users/me: refuses the user from now on; the pool user is deleted in the background. */
  @Delete('me')
  @ApiOperation({
    operationId: 'deleteMe',
    summary: 'Delete the signed-in user',
    description:
      'Refuses the caller from now on, revokes all sessions, and deletes the pool user and the personal data in the background. The last administrator cannot be deleted. Needs a recent proof.',
  })
  @RecentProof(ProofRequest)
  @HttpCode(202)
  @ApiSession()
  @ApiAcceptedResponse({
    description: 'The caller is refused from now on; the deletion continues in the background',
  })
  @ApiErrors(
    'auth.token_invalid',
    'auth.csrf',
    'auth.forbidden',
    ...recentProofErrors,
    'auth.account_link_conflict',
    'request.invalid',
    'cognito.credentials_missing',
    'cognito.unexpected_answer',
    'cognito.unavailable',
    'overloaded',
  )
  async delete(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.deletion.delete(await this.currentUser.resolve(caller));
    const { request } = reply;
    if (this.sessionCookie.read(request) !== undefined) this.sessionCookie.clear(reply);
    this.deviceCookie.clear(request, reply);
  }
}
