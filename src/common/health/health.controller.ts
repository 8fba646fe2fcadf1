import { Controller, Get, Injectable, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { Public } from '../http/access.decorators.js';
import { registerGauge } from '../metrics/register-gauge.js';
import { HealthParts } from './health-parts.js';

const pingTimeoutMs = 2000;

/** `ok`, `degraded` when an optional part is unhealthy, or `error`. */
export type Readiness = Pick<HealthCheckResult, 'status' | 'details'>;

/** Only the database is required. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly parts: HealthParts,
    registry: Registry,
  ) {
    registerGauge(
      registry,
      {
        name: 'usher_health_part_up',
        help: 'Status of each part in /health/ready: 1 when up',
        labelNames: ['part'],
      },
      async () => {
        const { details } = await this.read();
        return Object.entries(details).map(([part, { status }]) => ({
          labels: { part },
          value: status === 'up' ? 1 : 0,
        }));
      },
    );
  }

  async read(): Promise<Readiness> {
    const parts = await this.parts.read();
    const indicators = [...parts].map(([name, isHealthy]) => () => {
      const indicator = this.indicators.check(name);
      return isHealthy ? indicator.up() : indicator.degraded();
    });
    const pingDatabase = () => this.database.pingCheck('database', { timeout: pingTimeoutMs });
    try {
      return withoutReasons(await this.health.check([pingDatabase, ...indicators]));
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return withoutReasons(error.getResponse() as HealthCheckResult);
    }
  }
}

/** The route is public, so it gives no error messages. */
const withoutReasons = ({ status, details }: HealthCheckResult): Readiness => ({
  status,
  details: Object.fromEntries(Object.entries(details).map(([name, { status }]) => [name, { status }])),
});

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  /** GET /health/live: the process is running. Restart it when this fails. */
  @Get('live')
  @ApiOkResponse({ description: 'The process is running' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** GET /health/ready: ready for traffic, also while degraded. */
  @Get('ready')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOkResponse({
    description: 'All parts are up (ok), or all required ones (degraded): see details',
  })
  @ApiServiceUnavailableResponse({ description: 'A required part is down: see details' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.readiness.read();
    if (!['ok', 'degraded'].includes(readiness.status)) reply.status(503);
    return readiness;
  }
}
