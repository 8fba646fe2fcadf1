import { Body, Controller, HttpCode, Post, UseFilters, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiTags, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { AwsAuthRequest, AwsAuthResponse } from '#contracts';
import { Answers } from '../../platform/http/answers.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { LegacyCredentialsService } from '../legacy-credentials.service.js';
import { MigrationTokenRefusedFilter } from './migration-token-refused.js';
import { MigrationTokenGuard } from './migration-token.guard.js';

@ApiTags('migration')
@Public()
@Controller('aws')
export class AwsAuthController {
  constructor(private readonly credentials: LegacyCredentialsService) {}

  /** POST /aws/auth: the migration Lambda asks whether a legacy password is right. */
  @Post('auth')
  @HttpCode(200)
  @UseGuards(MigrationTokenGuard)
  @UseFilters(MigrationTokenRefusedFilter)
  @ApiOkResponse({ type: AwsAuthResponse })
  @ApiUnauthorizedResponse({ description: 'The token is missing or wrong; the body is empty' })
  @Answers('request.invalid', 'overloaded')
  async authenticate(@Body() { email, password }: AwsAuthRequest): Promise<AwsAuthResponse> {
    return this.credentials.examine(email, password);
  }
}
