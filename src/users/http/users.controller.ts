import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { UserResponse } from '#contracts';
import { CurrentUser, type Principal } from '../../platform/http/current-user.decorator.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { ProfileService } from '../profile.service.js';
import { toUserResponse } from '../user-response.js';

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(private readonly profiles: ProfileService) {}

  /** GET /users/me */
  @Get('me')
  @ApiBearerAuth()
  @ApiOkResponse({ type: UserResponse })
  @Answers(
    'auth.token_invalid',
    'auth.account_link_conflict',
    'cognito.unavailable',
    'cognito.unexpected_answer',
  )
  async me(@CurrentUser() principal: Principal): Promise<UserResponse> {
    return toUserResponse(await this.profiles.of(principal));
  }
}
