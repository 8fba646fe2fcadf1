import { Body, Controller, Headers, HttpCode, Post, UseFilters, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiTags, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { AwsAuthRequest, AwsAuthResponse } from '#contracts';
import { Answers } from '../../platform/http/answers.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { LegacyCredentialsService } from '../legacy-credentials.service.js';
import { MigrationTokenRefusedFilter } from './migration-token-refused.js';
import { MigrationTokenGuard } from './migration-token.guard.js';

/** A sign-up asks the same question as a reset, and only a reset brings somebody into the pool. */
const triggerSource = 'x-trigger-source';

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
  @ApiHeader({
    name: triggerSource,
    required: false,
    description: "why the Lambda asks: Cognito's name for it",
  })
  @ApiOkResponse({ type: AwsAuthResponse })
  @ApiUnauthorizedResponse({ description: 'The token is missing or wrong; the body is empty' })
  @Answers('request.invalid', 'overloaded')
  async authenticate(
    @Body() { email, password }: AwsAuthRequest,
    @Headers(triggerSource) source?: string,
  ): Promise<AwsAuthResponse> {
    return this.credentials.examine(email, password, source === 'UserMigration_ForgotPassword');
  }
}
