import {
  type ArgumentsHost,
  Body,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Headers,
  HttpCode,
  Inject,
  Injectable,
  Post,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import {
  ApiHeader,
  ApiOkResponse,
  ApiTags,
  ApiUnauthorizedResponse,
  ApiOperation,
  ApiSecurity,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AwsAuthRequest, AwsAuthResponse } from '#contracts';
import { type MigrationConfig, migrationConfig } from '../../common/config/migration.config.js';
import { AcceptedTokens, bearerOf } from '../../common/crypto/accepted-tokens.js';
import { Public } from '../../common/http/access.decorators.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { TriggerRequests } from '../../credentials/trigger-requests.js';
import { toClientNetwork } from '../../rate-limit/client-network.js';
import { RateLimits } from '../../rate-limit/rate-limits.js';
import { LegacyCredentialsService } from '../legacy-credentials.service.js';

/**
 * Requires one of `MIGRATION_ACCESS_TOKENS`, in the body or as a bearer token. Refused tokens are limited per client network;
 * accepted ones are not limited. Records both, so that a sign-in can tell whether its trigger was invoked.
 */
@Injectable()
class MigrationTokenGuard implements CanActivate {
  private readonly accepted: AcceptedTokens;

  constructor(
    @Inject(migrationConfig.KEY) migration: MigrationConfig,
    private readonly limits: RateLimits,
    private readonly requests: TriggerRequests,
  ) {
    this.accepted = new AcceptedTokens(migration.accessTokens);
  }

  /** @throws MigrationTokenRefused; AppError `too_many_requests` */
  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const requestId = givenId(request);
    if (this.accepted.include(tokenOf(request))) {
      this.requests.record(requestId ?? '', 'asked');
      return true;
    }
    await this.limits.count('migration-token', { ...toClientNetwork(request.ip) });
    if (requestId !== undefined) this.requests.record(requestId, 'token_refused');
    throw new MigrationTokenRefused();
  }
}

function tokenOf({ body, headers }: FastifyRequest): string | undefined {
  if (typeof body === 'object' && body !== null && 'access_token' in body) {
    return typeof body.access_token === 'string' ? body.access_token : undefined;
  }
  return bearerOf(headers);
}

/** The header of the request, unless it is absent or malformed: then Fastify's id is a new one. */
const givenId = ({ id, headers }: FastifyRequest): string | undefined =>
  headers['x-request-id'] === id ? id : undefined;

class MigrationTokenRefused extends Error {}

/** 401 with an empty body, as the original Rails endpoint answers. */
@Catch(MigrationTokenRefused)
class MigrationTokenRefusedFilter implements ExceptionFilter {
  catch(_refused: MigrationTokenRefused, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<FastifyReply>().status(401).header('www-authenticate', 'Bearer').send();
  }
}

/** Distinguishes a reset from a sign-up, whose requests are equal otherwise. */
const triggerSource = 'x-trigger-source';

@ApiTags('migration')
@Public()
@Controller('aws')
export class AwsAuthController {
  constructor(private readonly credentials: LegacyCredentialsService) {}

  /** POST /aws/auth: the migration Lambda verifies a legacy password. */
  @Post('auth')
  @ApiSecurity('migrationToken')
  @ApiSecurity({})
  @ApiOperation({
    operationId: 'verifyLegacyPassword',
    summary: 'Verify a legacy password',
    description:
      'For the migration Lambda. Needs one of `MIGRATION_ACCESS_TOKENS`, in `access_token` or as a bearer token.',
  })
  @HttpCode(200)
  @UseGuards(MigrationTokenGuard)
  @UseFilters(MigrationTokenRefusedFilter)
  @ApiHeader({
    name: triggerSource,
    required: false,
    description: "Cognito's name of the trigger source",
  })
  @ApiOkResponse({ type: AwsAuthResponse })
  @ApiUnauthorizedResponse({ description: 'The token is missing or wrong; the body is empty' })
  @ApiErrors('too_many_requests', 'request.invalid', 'legacy.unavailable', 'overloaded')
  async authenticate(
    @Body() { email, password }: AwsAuthRequest,
    @Headers(triggerSource) source?: string,
  ): Promise<AwsAuthResponse> {
    const purpose = source === 'UserMigration_ForgotPassword' ? 'reset' : 'sign-in';
    return this.credentials.verifyCredentials({ email, password, purpose });
  }
}
