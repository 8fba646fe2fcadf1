import { Controller, Get, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Public } from '../http/public.decorator.js';

const pingTimeoutMs = 2000;

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: TypeOrmHealthIndicator,
  ) {}

  /** GET /health/live: the process answers. Restart it when it does not. */
  @Get('live')
  @ApiOkResponse({ description: 'The process answers' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** GET /health/ready: send traffic here. */
  @Get('ready')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOkResponse({ description: 'Everything that is needed answers' })
  @ApiServiceUnavailableResponse({ description: 'The answer names what does not' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    try {
      return withoutReasons(await this.health.check([() => this.pingDatabase()]));
    } catch (failure) {
      if (!(failure instanceof ServiceUnavailableException)) throw failure;
      reply.status(failure.getStatus());
      return withoutReasons(failure.getResponse() as HealthCheckResult);
    }
  }

  private pingDatabase() {
    return this.database.pingCheck('database', { timeout: pingTimeoutMs });
  }
}

type Readiness = Pick<HealthCheckResult, 'status' | 'details'>;

/** Anybody may ask; what went wrong where is for the log. */
const withoutReasons = ({ status, details }: HealthCheckResult): Readiness => ({
  status,
  details: Object.fromEntries(Object.entries(details).map(([name, { status }]) => [name, { status }])),
});
